"""Measuring: suites, evaluation, statistics, the study, speed. `python -m benchmarks --help`."""
