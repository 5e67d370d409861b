"""Writes a champion's model to a file, and describes what the model takes and gives."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..data.arrays import named, unnamed
from ..data.preprocessing import Preprocessor
from ..data.targets import Target, named_outputs
from ..errors import DataError, InputError, listed
from ..output_files import check_output, writing
from ..quiet import quiet_backend
from .batch_prediction import example_rows
from .model_files import CONVERTING, FEATURES, MODEL_FILES, OUTPUTS, ModelFile, plain_names, with_plain_names, writing_as
from .pyfunc import Champion
from .raw_rows import raw_inputs, raw_rows_model
from .verification import check_outputs

HDF5 = ".h5"
"""Suffix of the HDF5 files of Keras 3. Keras 2 does not read them."""


def export_champion(champion: Champion, path: Path, *, with_preprocessing: bool = False) -> list[str]:
    """Write a champion's model, and describe what it takes and gives.

    The trained model's own file is copied; any other is read again, and its predictions are compared with the champion's.

    Args:
        champion: The champion.
        path: The new file, ending in ``.keras``, ``.h5``, ``.onnx`` or ``.tflite``, or ``.skops`` for scikit-learn's.
        with_preprocessing: Whether the model takes raw rows and predicts in the target's own units, by layers of Keras; otherwise it
            is the trained model, which takes preprocessed features. A champion that averages several models, each with its own
            preprocessing, is written with it only. Defaults to False.

    Returns:
        Sentences on what the model takes and gives: names, order, shapes.

    Raises:
        DataError: If the suffix is wrong, the folder does not exist, or the file cannot be written.
        InputError: If the preprocessing cannot be written as layers of Keras, or the model as HDF5, ONNX or TFLite.
        MissingExtraError: If what writes and reads ONNX or TFLite is not installed.
        ChampionError: If the written model predicts otherwise than the champion.
    """
    _check_file(champion, path, with_preprocessing=with_preprocessing)
    sentences = [*_taken(champion.preprocessor, is_raw=with_preprocessing), *_given(champion.preprocessor, is_raw=with_preprocessing)]
    with writing(path) as temporary:
        if kind := MODEL_FILES.get(path.suffix):
            names = _convert(kind, champion, temporary, is_raw=with_preprocessing)
            return [*sentences, f"Names in the file: {names}"]
        if with_preprocessing:
            _save_raw_rows_model(champion, temporary)
        elif path.suffix == HDF5:
            _save_hdf5(champion, temporary)
        else:
            shutil.copyfile(champion.model_file, temporary)
    return sentences


def _check_file(champion: Champion, path: Path, *, with_preprocessing: bool) -> None:
    """Check the file's name and whether it can hold the champion, before anything is computed."""
    own = champion.model_file.suffix
    suffixes = [own, *((HDF5, *MODEL_FILES) if not champion.is_estimator else ())]
    if path.suffix not in suffixes:
        raise DataError(f'"{path}" has the suffix "{path.suffix}"; expected a file ending in {" or ".join(suffixes)}')
    if path.suffix == HDF5 and with_preprocessing:
        raise InputError("A file of HDF5 holds no layers for preprocessing; write it as .keras")
    if kind := MODEL_FILES.get(path.suffix):
        kind.check_installed()
        texts = [name for name, of in (champion.preprocessor.columns or {}).items() if of == "text"]
        if with_preprocessing and texts:
            raise InputError(
                f"The columns {listed(texts)} hold text, which {kind.name} cannot look up; write it as .keras, or export the model alone"
            )
    if (n_models := len(champion.members)) > 1 and not (with_preprocessing and not champion.is_estimator):
        instead = 'predict with it, by the command predict or by MLflow, or search with ensemble = "none" in [champion], which trains one model'
        file = "as .keras " if path.suffix == HDF5 else ""
        advice = instead if champion.is_estimator else f"write {file}one model that takes raw rows and averages them: --with-preprocessing"
        raise InputError(f"The champion averages {n_models} models, each with its own preprocessing, which one file cannot hold; {advice}")
    check_output(path)


def _save_raw_rows_model(champion: Champion, path: Path) -> None:
    """Save a model of raw rows as a file of Keras, and check what it predicts."""
    model, rows = raw_rows_model(champion), example_rows(champion)
    with quiet_backend():  # Keras imports TensorFlow when a model of another backend is saved
        model.save(path)
    outputs = named_outputs(model, _read(path).predict_on_batch(raw_inputs(rows, champion.preprocessor)))
    _check_same(outputs, _in_own_units(champion, rows))


def _save_hdf5(champion: Champion, path: Path) -> None:
    """Save the trained model as a file of HDF5, and check what it predicts."""
    model, rows = champion.model, example_rows(champion)
    with writing_as("HDF5"):
        model.save(path)
        read = _read(path)
    _check_same(named_outputs(model, read.predict_on_batch(champion.features(rows))), named(champion.outputs(rows)))


def _read(path: Path) -> Any:
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)


def _convert(kind: ModelFile, champion: Champion, path: Path, *, is_raw: bool) -> str:
    """Write another kind of file, check what it predicts, and return the names of its inputs and outputs."""
    if "keras" not in sys.modules:
        os.environ.setdefault("KERAS_BACKEND", CONVERTING)
    trained = champion.model  # first: it imports Keras quietly
    import keras

    if (backend := keras.backend.backend()) != CONVERTING:
        raise InputError(f"{kind.name} is written by {CONVERTING}, and Keras uses {backend} here; set KERAS_BACKEND={CONVERTING}")
    rows, preprocessor = example_rows(champion), champion.preprocessor
    inputs = named(raw_inputs(rows, preprocessor) if is_raw else champion.features(rows))
    model = raw_rows_model(champion) if is_raw else trained
    shapes = {name: tuple(values.shape[1:]) for name, values in inputs.items()}
    names = plain_names(shapes, FEATURES)
    computed = kind.convert(with_plain_names(model, shapes), path, {names[name]: np.asarray(values) for name, values in inputs.items()})
    expected = _in_own_units(champion, rows) if is_raw else named(champion.outputs(rows))
    outputs = plain_names(expected, OUTPUTS)
    _check_same({name: computed[plain] for name, plain in outputs.items()}, expected)
    return f"inputs {', '.join(names.values())}; outputs {', '.join(outputs.values())}"


def _in_own_units(champion: Champion, rows: Any) -> dict[str, np.ndarray]:
    """Return the champion's outputs by name, scaled targets in their own units."""
    outputs, scalings = named(champion.outputs(rows)), champion.preprocessor.scalings
    return {name: scalings[name].invert(values) if name in scalings else values for name, values in outputs.items()}


def _check_same(given: Mapping[str, Any], expected: Mapping[str, np.ndarray]) -> None:
    check_outputs(unnamed({name: np.asarray(values, np.float32) for name, values in given.items()}), unnamed(expected), "The file")


def _taken(preprocessor: Preprocessor, *, is_raw: bool) -> Iterator[str]:
    columns, shapes = preprocessor.columns, named(preprocessor.input_shape)
    if columns is None:
        yield f"It takes an array ({_shape(shapes[''])}) of float32, as the loader returns it"
    elif is_raw:
        kinds = ", ".join(f"{name} ({'number' if of == 'numeric' else of})" for name, of in columns.items())
        texts = "; a text is a tensor, such as tf.constant([['red'], ['blue']]), a gap in it an empty text" if "text" in columns.values() else ""
        yield f"It takes a dict of raw columns by name, each an array (n_rows, 1): {kinds}; a gap is NaN{texts}"
    else:
        names, positions = preprocessor.feature_names_out, preprocessor.positions()
        for name, shape in shapes.items():
            order = ", ".join(names[position] for position in positions.get(name, range(len(names))))
            yield f"It takes {f'as input {name} ' if name else ''}an array ({_shape(shape)}) of preprocessed features, in this order: {order}"


def _given(preprocessor: Preprocessor, *, is_raw: bool) -> Iterator[str]:
    for name, target in preprocessor.targets.items():
        yield f"It gives {f'as output {name} ' if name else ''}({_shape(target.shape)}): {_meaning(target)}"
        if target.scaling is not None and not is_raw:
            yield f"Its output is scaled: {target.column} = {target.scaling.formula(name or 'output')}"


def _meaning(target: Target) -> str:
    if target.task == "regression":
        return target.column
    if target.task == "multilabel":
        return f"{target.column}, the probabilities of {target.class_names[-1]}"
    if target.task == "probabilities":
        return f"the probabilities {target.column}"
    classes = target.class_names[-1:] if target.task == "binary" else target.class_names
    return f"{target.column}, the probabilit{'ies' if len(classes) > 1 else 'y'} of {', '.join(classes)}"


def _shape(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, ("n_rows", *shape)))
