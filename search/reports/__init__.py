"""The report of a study: its best trial, values, learning curves, importances of hyperparameters, predictions, and all trials."""

from .page import Report, TrialTable
from .pareto_plot import of_first_objective
from .report import draw_front, draw_plots, draw_test_plots, import_libraries, write_report

__all__ = ["Report", "TrialTable", "draw_front", "draw_plots", "draw_test_plots", "import_libraries", "of_first_objective", "write_report"]
