"""Builds a Keras model that takes raw rows: the champion's model behind Keras' own layers for its preprocessing, or the average of several.

It parses no dates and trims no blanks around text: Keras has no layers for that.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import unnamed
from ..data.column_transformer import known_values, transform_table
from ..data.preprocessing import Preprocessor
from ..data.scaling import LARGEST_EXPONENT, Scaling
from ..data.targets import named_outputs
from ..errors import InputError, listed
from .member import Member
from .pyfunc import Champion

_UNKNOWN = "\x00 never seen"


def raw_rows_model(champion: Champion) -> Any:
    """Build a model of raw rows.

    Args:
        champion: The champion. If it averages several models, the built one does so too, each with its own preprocessing.

    Returns:
        A Keras model. Its input is a dict by column of float32 arrays and, for text, tensors of strings, ``(n_rows, 1)``, NaN or "" for a gap; or
        the array that the champion takes. Its outputs are in the target's own units.

    Raises:
        InputError: If the model is no Keras model, or a column cannot be read by Keras.
    """
    for member in champion.members:
        _check(member, champion.metadata.backend, is_one=len(champion.members) == 1)
    models = [_member_model(member, f"model_{number}") for number, member in enumerate(champion.members)]
    if len(models) == 1:
        return models[0]
    import keras

    inputs = _inputs(champion.preprocessor)
    found = [named_outputs(model, model(inputs)) for model in models]
    means = {name: keras.layers.Average()([outputs[name] for outputs in found]) for name in found[0]}
    return keras.Model(inputs, unnamed(means))


def raw_inputs(rows: pd.DataFrame | np.ndarray, preprocessor: Preprocessor) -> Any:
    """Return raw rows as what a model of raw rows takes; text as tensors, since Keras takes no arrays of text."""
    if preprocessor.columns is None:
        return np.asarray(rows, np.float32)
    import keras

    checked = pd.DataFrame(preprocessor.check(rows))
    return {
        name: checked[[name]].to_numpy(np.float32)
        if of == "numeric"
        else keras.ops.convert_to_tensor(checked[[name]].fillna("").to_numpy().tolist(), "string")
        for name, of in preprocessor.columns.items()
    }


def _check(member: Member, backend: str, *, is_one: bool) -> None:
    columns = member.preprocessor.columns or {}
    alone = "" if is_one else 'search with ensemble = "none" in [champion] and '
    instead = f"{alone}export the model alone, or predict raw rows by load_champion or mlflow models serve"
    if member.is_estimator:
        raise InputError(f"The champion is scikit-learn's and not a Keras model; {instead}")
    if dates := [name for name, of in columns.items() if of == "date"]:
        raise InputError(
            f"The columns {listed(dates)} hold dates, which no layer of Keras reads; leave them out by [preprocessing] columns, {instead}"
        )
    if slashes := [name for name in columns if "/" in name]:
        raise InputError(f'The columns {listed(slashes)} have a "/" in their names, which Keras allows in no name of an input; {instead}')
    if member.preprocessor.tokens:
        raise InputError(f"The columns {listed(list(member.preprocessor.tokens))} are words, which this file's layers do not divide; {instead}")
    known = known_values(member.preprocessor.transformer)
    if hashed := [name for name, of in columns.items() if of == "text" and name not in known]:
        raise InputError(f"The columns {listed(hashed)} are hashed as scikit-learn does, which no layer of Keras does; {instead}")
    if "text" in columns.values() and backend != "tensorflow":
        raise InputError(f"Text is read by Keras with TensorFlow only, and the model is one of {backend}; {instead}")


def _inputs(preprocessor: Preprocessor) -> Any:
    """Return the inputs of a model of raw rows, by column, or the only one."""
    import keras

    if preprocessor.columns is None:
        return keras.Input(tuple(preprocessor.input_shape))
    return {name: keras.Input((1,), name=name, dtype="float32" if of == "numeric" else "string") for name, of in preprocessor.columns.items()}


def _member_model(member: Member, name: str) -> Any:
    """Return one model behind the layers of its preprocessing, with its outputs in the target's own units."""
    model = member.model  # first: it imports Keras quietly
    import keras

    inputs = _inputs(member.preprocessor)
    features = _scaled(inputs, member.preprocessor) if member.preprocessor.columns is None else _features(inputs, member.preprocessor)
    outputs = named_outputs(model, model(features))
    for output, scaling in member.preprocessor.scalings.items():
        outputs[output] = unscaled(outputs[output], scaling)
    return keras.Model(inputs, unnamed(outputs), name=name)


def _scaled(inputs: Any, preprocessor: Preprocessor) -> Any:
    """Return an array scaled as the preprocessing does."""
    import keras

    scaling = preprocessor.array_scaling
    if scaling is None:
        return inputs
    centered = keras.layers.Rescaling(1.0, [-mean for mean in scaling.mean])(inputs)
    return keras.layers.Rescaling([1 / deviation for deviation in scaling.deviation], 0.0)(centered)


def _features(inputs: Mapping[str, Any], preprocessor: Preprocessor) -> Any:
    """Return the transformed features, in the transformer's order, or by the model's inputs."""
    import keras

    parts = [
        _numbers([inputs[name] for name in names], pipeline) if kind == "numeric" else _text({name: inputs[name] for name in names}, preprocessor)
        for kind, pipeline, names in preprocessor.transformer.transformers_
    ]
    features = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    if not preprocessor.inputs:
        return features
    return {name: keras.ops.take(features, chosen, axis=1) for name, chosen in preprocessor.positions().items()}


def _numbers(inputs: list[Any], pipeline: Any) -> Any:
    """Fill gaps, then center and scale, as the pipeline does."""
    import keras

    together = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    imputer, *scalers = (step for _, step in pipeline.steps)
    filled = keras.ops.where(keras.ops.isnan(together), np.asarray(imputer.statistics_, np.float32), together)
    center, spread = np.zeros(len(inputs)), np.ones(len(inputs))
    for scaler in scalers:
        is_minmax = hasattr(scaler, "data_range_")
        mean = -scaler.min_ / scaler.scale_ if is_minmax else scaler.mean_
        deviation = 1 / scaler.scale_ if is_minmax else np.ones(len(inputs)) if scaler.scale_ is None else scaler.scale_
        center, spread = center + spread * mean, spread * deviation
    if not scalers:
        return filled
    centered = keras.layers.Rescaling(1.0, (-center).tolist())(filled)  # unlike Normalization's, its numbers are part of an ONNX file
    return keras.layers.Rescaling((1 / spread).tolist(), 0.0)(centered)


def _text(inputs: Mapping[str, Any], preprocessor: Preprocessor) -> Any:
    """Look up the features of each text, which the fitted transformer computes for all texts that it knows, for gaps and for others."""
    import keras

    columns = preprocessor.columns or {}
    known = known_values(preprocessor.transformer)
    first = {name: known[name][0] if name in known else 0.0 for name in columns}
    out = preprocessor.feature_columns
    parts = []
    for name in inputs:
        categories = known[name]
        gaps = [word for word in dict.fromkeys(["", *(preprocessor.gaps or ())]) if word not in categories]
        texts = [_UNKNOWN, *categories, *(np.nan for _ in gaps)]  # a lookup's first index is that of unknown texts
        table = pd.DataFrame({other: pd.Series(texts if other == name else [first[other]] * len(texts), dtype=object) for other in columns})
        rows = transform_table(preprocessor.transformer, table)[:, [position for position, column in enumerate(out) if column == name]]
        index = keras.layers.StringLookup(vocabulary=[*map(str, categories), *gaps])(inputs[name])
        embedding = keras.layers.Embedding(*rows.shape, trainable=False)
        looked_up = embedding(index)
        embedding.set_weights([rows.astype(np.float32)])
        parts.append(keras.layers.Reshape((rows.shape[1],))(looked_up))
    return keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def unscaled(output: Any, scaling: Scaling) -> Any:
    """Return a model's output in the target's own units, by layers."""
    import keras

    deviation, mean = (list(of) if isinstance(of, tuple) else of for of in (scaling.deviation, scaling.mean))
    values = keras.layers.Rescaling(deviation, mean)(output)
    return keras.ops.exp(keras.ops.minimum(values, LARGEST_EXPONENT)) - 1 if scaling.log else values  # ONNX has no expm1
