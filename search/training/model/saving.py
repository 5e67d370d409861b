"""Keeps a trained model as a file, with answers by which a fresh process can prove that it loads."""

from pathlib import Path
from typing import Any

import numpy as np

from ...atomic_file import replacing
from ...data.arrays import Tree
from ...data.targets import named_outputs
from ...estimators import SUFFIX, is_estimator, outputs, save_estimator
from ..batching import rows

N_EXPECTED_ROWS = 256


def expected_path(model_path: Path) -> Path:
    """Name the file of a kept model's answers: ``<stem>.expected.npz`` beside it."""
    return model_path.with_name(f"{model_path.stem}.expected.npz")


def keep_model(model: Any, x_validation: Tree, stem: Path, builder: str = "") -> Path:
    """Save a model and its answers for the first 256 rows of the validation part.

    The answers are there before the model is, and neither is ever there in part.

    Args:
        model: A Keras model, or a fitted estimator with scikit-learn's interface.
        x_validation: Features, ``(n_validation, *input_shape)``, or such by input name.
        stem: The file without its suffix; one that it has is replaced.
        builder: Reference of the function that built it. Defaults to none.

    Returns:
        The file: ``<stem>.keras``, or ``<stem>.skops``. Beside it ``<stem>.expected.npz`` has one array, "outputs"
        ``(n_rows, n_units)``, or one named "outputs.<name>" for each of several outputs.

    Raises:
        DataError: If an estimator holds what could not be loaded again.
    """
    model_path = stem.with_suffix(SUFFIX if is_estimator(model) else ".keras")
    model_path.parent.mkdir(parents=True, exist_ok=True)
    answers: dict[str, Any] = _outputs(model, rows(x_validation, slice(N_EXPECTED_ROWS)))
    with replacing(expected_path(model_path)) as unfinished:
        np.savez(unfinished, **answers)
    with replacing(model_path) as unfinished:
        if is_estimator(model):
            save_estimator(model, unfinished, builder)
        else:
            model.save(unfinished)
    return model_path


def _outputs(model: Any, x: Tree) -> dict[str, np.ndarray]:
    """Compute what the answers' file holds."""
    if is_estimator(model):
        return {"outputs": outputs(model, x)}
    import keras

    by_name = named_outputs(model, model(x, training=False))
    # float32, since NumPy's files do not know bfloat16.
    arrays = {name: keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for name, output in by_name.items()}
    return {f"outputs.{name}" if name else "outputs": array for name, array in arrays.items()}
