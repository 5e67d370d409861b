"""Plots of a study: values, importances of hyperparameters, and learning curves."""

from .report import write_report

__all__ = ["write_report"]
