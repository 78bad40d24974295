"""What published results say, in numbers, tables and words: of `results/`, for README and docs."""
