"""The report of a study: its best trial, values, learning curves, importances of hyperparameters, predictions, and all trials."""

from .page import Report, TrialTable
from .report import draw_plots, draw_test_plots, import_libraries, write_report

__all__ = ["Report", "TrialTable", "draw_plots", "draw_test_plots", "import_libraries", "write_report"]
