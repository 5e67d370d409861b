"""Perceptune: experiment tracking and hyperparameter search for Keras 3 models.

from search import load_champion, load_experiment, run_study
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .champion import load_champion
    from .experiment.file import load_experiment
    from .study.repeats import repeat_trials, reproduce_trial
    from .study.run import run_study

__all__ = ["load_champion", "load_experiment", "repeat_trials", "reproduce_trial", "run_study"]

_MODULES = {
    "load_champion": "champion",
    "load_experiment": "experiment.file",
    "repeat_trials": "study.repeats",
    "reproduce_trial": "study.repeats",
    "run_study": "study.run",
}


def __getattr__(name: str) -> Any:
    # Imported when first used, so that --help needs no import of Optuna, MLflow and pandas.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
