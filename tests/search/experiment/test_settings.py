"""Training settings: Keras' own names, and one description for each key."""

import contextlib
import inspect
from typing import get_args

import keras
import pytest
from pydantic import ValidationError

from search.experiment.settings import Loss, Optimizer, TrainingSettings


def _known(get, names):
    for name in names:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            if get(name) is not None:
                yield name


def test_optimizers_and_losses_are_those_that_keras_knows_by_name() -> None:
    optimizers = [name.lower() for name, kind in vars(keras.optimizers).items() if inspect.isclass(kind)]
    losses = [name for name, kind in vars(keras.losses).items() if inspect.isfunction(kind) and name not in ("get", "serialize", "deserialize")]
    assert set(get_args(Optimizer)) == set(_known(keras.optimizers.get, optimizers)) - {"optimizer"}
    assert set(get_args(Loss)) == set(_known(keras.losses.get, losses)) - {"ctc", "circle"} | {"root_mean_squared_error"}


def test_every_setting_is_documented() -> None:
    documentation = inspect.getdoc(TrainingSettings) or ""
    for name in TrainingSettings.model_fields:
        assert f"\n    {name}: " in documentation


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        TrainingSettings().epochs = 3  # type: ignore[misc]
