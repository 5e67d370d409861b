"""Chooses what the trials of an experiment are about."""

from ..experiment.file import Experiment
from ..ledger import Ledger
from ..store import Store
from .function_subject import FunctionSubject
from .model_subject import ModelSubject
from .observer import Observer
from .subject import Subject


def make_subject(experiment: Experiment, ledger: Ledger, store: Store, observer: Observer) -> Subject:
    """Return the models or the function of an experiment, without loading anything.

    Args:
        experiment: The experiment.
        ledger: Its study.
        store: The local store.
        observer: Notified of progress.
    """
    if experiment.function is not None:
        return FunctionSubject(experiment, ledger, observer)
    return ModelSubject(experiment, ledger, store, observer)
