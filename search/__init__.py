"""Perceptune: experiment tracking and hyperparameter search for Keras 3 models.

from search import Study, load_champion, load_experiment, load_study, run_study
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api.comparison import compare, studies
    from .api.study import Study, load_study
    from .champion import load_champion
    from .experiment.file import load_experiment
    from .study.repeats import repeat_trials, reproduce_trial
    from .study.run import run_study

__all__ = ["Study", "compare", "load_champion", "load_experiment", "load_study", "repeat_trials", "reproduce_trial", "run_study", "studies"]

_MODULES = {
    "Study": "api.study",
    "compare": "api.comparison",
    "load_champion": "champion",
    "load_experiment": "experiment.file",
    "load_study": "api.study",
    "repeat_trials": "study.repeats",
    "reproduce_trial": "study.repeats",
    "run_study": "study.run",
    "studies": "api.comparison",
}


def __getattr__(name: str) -> Any:
    # Imported when first used, so that --help needs no import of Optuna, MLflow and pandas.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
