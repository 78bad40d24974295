"""Policies that learn, as the study trains them."""
