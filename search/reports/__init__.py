"""The report of a study: its best trial, values, learning curves, importances of hyperparameters, and all trials."""

from .page import TrialTable
from .report import draw_plots, import_libraries, write_report

__all__ = ["TrialTable", "draw_plots", "import_libraries", "write_report"]
