"""Keeps a trained model as a file, with answers by which a fresh process can prove that it loads."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ..arrays import Tree
from .compiling import named_outputs
from .sizes import rows

N_EXPECTED_ROWS = 256


def expected_path(model_path: Path) -> Path:
    """Name the file of a kept model's answers: ``<stem>.expected.npz`` beside it."""
    return model_path.with_name(f"{model_path.stem}.expected.npz")


def keep_model(model: Any, x_validation: Tree, model_path: Path) -> None:
    """Save a model and its answers for the first 256 rows of the validation part.

    The answers are there before the model is, and neither is ever there in part.

    Args:
        model: A Keras model.
        x_validation: Features, ``(n_validation, *input_shape)``, or such by input name.
        model_path: The file, ending in ``.keras``. The answers' file has one array, "outputs"
            ``(n_rows, n_units)``, or one named "outputs.<name>" for each of several outputs.
    """
    model_path.parent.mkdir(parents=True, exist_ok=True)
    outputs = named_outputs(model, model(rows(x_validation, slice(N_EXPECTED_ROWS)), training=False))
    arrays = {f"outputs.{name}" if name else "outputs": keras.ops.convert_to_numpy(output) for name, output in outputs.items()}
    unfinished = model_path.with_name(f"{model_path.stem}.{os.getpid()}.unfinished.npz")
    np.savez(unfinished, **arrays)
    os.replace(unfinished, expected_path(model_path))
    unfinished = unfinished.with_suffix(".keras")
    model.save(unfinished)
    os.replace(unfinished, model_path)
