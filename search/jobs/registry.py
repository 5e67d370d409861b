"""Chooses what a worker does for the trials of an experiment."""

from ..experiment.file import Experiment
from .base import Job
from .functions import FunctionJob
from .models import ModelJob


def job_of(experiment: Experiment) -> Job:
    """Return what trains the trials of an experiment; neither Keras nor a backend is imported yet."""
    return ModelJob(experiment) if experiment.function is None else FunctionJob(experiment, experiment.function)
