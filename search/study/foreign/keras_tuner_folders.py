"""Reads the trials of a Keras Tuner project from its folder."""

import json
from pathlib import Path

from ...errors import InputError
from .base import ForeignStudy, ForeignTrial


def is_keras_tuner(folder: Path) -> bool:
    """Return whether a folder is that of a Keras Tuner project."""
    return any(folder.glob("trial_*/trial.json"))


def read_keras_tuner(folder: Path) -> ForeignStudy:
    """Read a project.

    Args:
        folder: The folder ``directory/project_name`` of the tuner.

    Raises:
        InputError: If a trial's file is not Keras Tuner's.
    """
    trials = []
    for path in sorted(folder.glob("trial_*/trial.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            params, score = content["hyperparameters"]["values"], content["score"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} is no trial of Keras Tuner: {type(error).__name__}: {error}") from None
        if content.get("status") == "COMPLETED" and score is not None:
            own = {name: value for name, value in params.items() if not name.startswith("tuner/")}
            trials.append(ForeignTrial(str(content["trial_id"]), own, float(score)))
    return ForeignStudy(trials)
