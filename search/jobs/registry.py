"""Chooses what a worker does for the trials of an experiment."""

from pathlib import Path

from ..data.arrays import TrainingArrays, load_folds
from ..experiment.file import Experiment
from .base import Job
from .functions import FunctionJob
from .models import ModelJob


def load_arrays(experiment: Experiment, folder: Path) -> list[TrainingArrays]:
    """Load the arrays that the trials of an experiment need, of each fold; none for a function.

    Args:
        experiment: The experiment.
        folder: The folder of the study's arrays.
    """
    return [] if experiment.function else load_folds(folder, experiment.evaluation.folds, with_all_rows=experiment.needs_refit)


def job_of(experiment: Experiment) -> Job:
    """Return what trains the trials of an experiment; neither Keras nor a backend is imported yet."""
    return ModelJob(experiment) if experiment.function is None else FunctionJob(experiment, experiment.function)
