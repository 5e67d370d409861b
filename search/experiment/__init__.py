"""Experiment files: their sections, the search space, and their validation."""
