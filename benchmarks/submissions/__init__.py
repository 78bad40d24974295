"""Results that others can recompute: submissions, and the verification of them and of runs."""
