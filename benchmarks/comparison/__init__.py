"""Runs of one suite against each other: differences on the same episodes, ties and OOD gaps."""
