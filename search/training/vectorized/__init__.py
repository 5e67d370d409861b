"""Populations: the epochs of many trials in one compiled program."""
