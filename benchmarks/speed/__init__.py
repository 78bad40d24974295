"""Measurements of speed: each module returns rows, with the bars that they have to reach."""
