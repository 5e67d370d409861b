"""Saves a trained model with some of its predictions, by which a fresh process verifies that the model loads."""

from pathlib import Path
from typing import Any

import numpy as np

from ...atomic_file import replacing
from ...data.arrays import Inputs, Tree
from ...data.targets import named_outputs
from ...estimators import SUFFIX, is_estimator, outputs, save_estimator
from ...redaction import mask
from ..batching import rows

N_EXPECTED_ROWS = 256


def expected_path(model_path: Path) -> Path:
    """Return the path of a saved model's expected predictions: ``<stem>.expected.npz`` beside the model."""
    return model_path.with_name(f"{model_path.stem}.expected.npz")


def move_model(model_path: Path, target: Path) -> None:
    """Move a saved model and its expected predictions; the model last, which shows that both are there."""
    expected_path(model_path).replace(expected_path(target))
    model_path.replace(target)


def leave_out_compilation(model: Any, *, keeps_optimizer: bool) -> None:
    """Let a Keras model be saved without the losses, metrics and optimizer that it is compiled with, whose arguments may be secrets.

    The model itself stays compiled: trials may share its program.

    Args:
        model: A Keras model.
        keeps_optimizer: Whether the optimizer is saved, with ``***`` in place of secrets, so that training can go on from its state.
    """
    import keras

    def compile_config() -> dict[str, Any] | None:
        return {"optimizer": mask(keras.saving.serialize_keras_object(model.optimizer))} if keeps_optimizer and model.compiled else None

    model.get_compile_config = compile_config


def keep_model(model: Any, x_validation: Inputs, stem: Path, builder: str = "", *, keeps_optimizer: bool = False) -> Path:
    """Save a model and its predictions for the first 256 validation rows.

    The predictions are written before the model, and both files are replaced atomically.

    Args:
        model: A Keras model, or a fitted estimator with scikit-learn's interface.
        x_validation: Features, ``(n_validation, *input_shape)``, or arrays of such a shape by input name.
        stem: The path without suffix; a suffix is replaced.
        builder: Reference of the function that built the model. Defaults to none.
        keeps_optimizer: As of `leave_out_compilation`. Defaults to False.

    Returns:
        The path of the model: ``<stem>.keras``, or ``<stem>.skops``. Beside it ``<stem>.expected.npz`` has one array, "outputs"
        ``(n_rows, n_units)``, or one named "outputs.<name>" for each of several outputs.

    Raises:
        DataError: If an estimator holds an object that cannot be loaded again.
    """
    model_path = stem.with_suffix(SUFFIX if is_estimator(model) else ".keras")
    model_path.parent.mkdir(parents=True, exist_ok=True)
    predictions: dict[str, Any] = _predictions(model, rows(x_validation, slice(N_EXPECTED_ROWS)))
    with replacing(expected_path(model_path)) as unfinished:
        np.savez(unfinished, **predictions)
    with replacing(model_path) as unfinished:
        if is_estimator(model):
            save_estimator(model, unfinished, builder)
        else:
            leave_out_compilation(model, keeps_optimizer=keeps_optimizer)
            model.save(unfinished)
    return model_path


def _predictions(model: Any, x: Tree) -> dict[str, np.ndarray]:
    """Return the outputs for some rows by the names of the file's arrays."""
    if is_estimator(model):
        return {"outputs": outputs(model, x)}
    import keras

    by_name = named_outputs(model, model(x, training=False))
    # float32: NumPy's files cannot store bfloat16.
    arrays = {name: keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for name, output in by_name.items()}
    return {f"outputs.{name}" if name else "outputs": array for name, array in arrays.items()}
