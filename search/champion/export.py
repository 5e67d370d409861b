"""Writes a champion's model to a file, and describes what the model takes and gives."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..data.arrays import named, unnamed
from ..data.preprocessing import Preprocessor
from ..data.targets import Target, named_outputs
from ..errors import DataError, InputError
from ..output_files import check_output, writing
from .pyfunc import Champion
from .raw_rows import raw_inputs, raw_rows_model
from .verification import check_outputs


def export_champion(champion: Champion, path: Path, *, with_preprocessing: bool = False) -> list[str]:
    """Write a champion's model.

    Args:
        champion: The champion.
        path: The new file, ending in ``.keras``, or ``.skops`` for scikit-learn's.
        with_preprocessing: Whether the model takes raw rows and predicts in the target's own units, by layers of Keras; otherwise it
            is the file of the trained model, which takes preprocessed features. Defaults to False.

    Returns:
        Sentences on what the model takes and gives: names, order, shapes.

    Raises:
        DataError: If the suffix is wrong, the folder does not exist, or the file cannot be written.
        InputError: If the preprocessing cannot be written as layers of Keras.
        ChampionError: If the written model predicts otherwise than the champion.
    """
    if (n_models := len(champion.members)) > 1:
        raise InputError(
            f"The champion averages {n_models} models, which one file cannot hold; predict with it, by the command predict or by MLflow, or search "
            'with ensemble = "none" in [champion], which trains one model on all rows'
        )
    suffix = champion.model_file.suffix
    if path.suffix != suffix:
        raise DataError(f'"{path}" has the suffix "{path.suffix}"; expected a file ending in {suffix}')
    check_output(path)
    if with_preprocessing:
        model = raw_rows_model(champion)
        _check_same(model, champion)
        with writing(path) as temporary:
            model.save(temporary)
    else:
        with writing(path) as temporary:
            shutil.copyfile(champion.model_file, temporary)
    return [*_taken(champion.preprocessor, is_raw=with_preprocessing), *_given(champion.preprocessor, is_raw=with_preprocessing)]


def _check_same(model: object, champion: Champion) -> None:
    """Check the model's outputs for the rows that the champion carries."""
    from .batch_prediction import example_rows

    preprocessor, rows = champion.preprocessor, example_rows(champion)
    computed = model.predict_on_batch(raw_inputs(rows, preprocessor))  # type: ignore[attr-defined]
    given = unnamed({name: np.asarray(output, np.float32) for name, output in named_outputs(model, computed).items()})
    expected = named(champion.outputs(rows))
    expected |= {name: scaling.invert(expected[name]) for name, scaling in preprocessor.scalings.items()}
    check_outputs(given, unnamed(expected), "The model with its preprocessing")


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
        yield f"It gives {f'as output {name} ' if name else ''}(n_rows, {target.n_outputs}): {_meaning(target)}"
        if target.scaling is not None and not is_raw:
            yield f"Its output is scaled: {target.column} = {target.scaling.formula(name or 'output')}"


def _meaning(target: Target) -> str:
    if target.task == "regression":
        return target.column
    classes = target.class_names[-1:] if target.task == "binary" else target.class_names
    return f"{target.column}, the probabilit{'ies' if len(classes) > 1 else 'y'} of {', '.join(classes)}"


def _shape(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, ("n_rows", *shape)))
