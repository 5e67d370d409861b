"""Training settings: Keras' own names, and one description for each key."""

import inspect
import os
import subprocess
import sys
from typing import get_args

import pytest
from pydantic import ValidationError

from search.experiment.settings import Loss, Optimizer, TrainingSettings

# Asked in another process, since importing a backend here would slow down every later test of this one.
ASK = """
import inspect, keras
def known(get, names):
    for name in names:
        try:
            found = get(name)
        except (ValueError, TypeError, KeyError):
            continue
        if found is not None:
            yield name
classes = [name.lower() for name, kind in vars(keras.optimizers).items() if inspect.isclass(kind)]
functions = [name for name, kind in vars(keras.losses).items() if inspect.isfunction(kind) and name not in ("get", "serialize", "deserialize")]
print(*known(keras.optimizers.get, classes))
print(*known(keras.losses.get, functions))
"""


def test_optimizers_and_losses_are_those_that_keras_knows_by_name() -> None:
    environment = os.environ | {"KERAS_BACKEND": "numpy"}  # the quickest to import
    answer = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    optimizers, losses = (set(line.split()) for line in answer[-2:])
    assert set(get_args(Optimizer)) == optimizers - {"optimizer"}
    assert set(get_args(Loss)) == losses - {"ctc", "circle"} | {"root_mean_squared_error"}


def test_every_setting_is_documented() -> None:
    documentation = inspect.getdoc(TrainingSettings) or ""
    for name in TrainingSettings.model_fields:
        assert f"\n    {name}: " in documentation


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        TrainingSettings().epochs = 3  # type: ignore[misc]
