"""Experiment files: their sections, the search space, and what is wrong with one."""
