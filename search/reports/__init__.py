"""Plots of a study: values, importances of hyperparameters, and learning curves."""

from .report import import_libraries, write_report

__all__ = ["import_libraries", "write_report"]
