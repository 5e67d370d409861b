"""Experiment files, the data sets they name, and benchmarks."""
