"""Names of Keras 2 that Keras 3 has dropped, with what to write instead, for errors of users' code; imports no Keras."""

import re
from collections.abc import Mapping

_INSTEAD: Mapping[str, str] = {
    "RandomHeight": "keras.layers.RandomZoom(factor, width_factor=0.0)",
    "RandomWidth": "keras.layers.RandomZoom(0.0, width_factor=factor)",
    "ThresholdedReLU": "keras.activations.threshold(x, theta, 0.0)",
    "CuDNNLSTM": "keras.layers.LSTM, which uses cuDNN on a GPU",
    "CuDNNGRU": "keras.layers.GRU, which uses cuDNN on a GPU",
    "LocallyConnected1D": "keras.layers.Conv1D, or a layer of your own whose positions share no weights",
    "LocallyConnected2D": "keras.layers.Conv2D, or a layer of your own whose positions share no weights",
    "SyncBatchNormalization": "keras.layers.BatchNormalization(synchronized=True)",
    "AbstractRNNCell": "a keras.layers.Layer with state_size",
    "DenseFeatures": "numbers: [preprocessing] encodes the columns of a table",
    "CategoryCrossing": "keras.layers.HashedCrossing",
    "RadialConstraint": "a subclass of keras.constraints.Constraint",
    "radial_constraint": "a subclass of keras.constraints.Constraint",
    "logcosh": "keras.losses.log_cosh",
    "cosine_proximity": "keras.losses.cosine_similarity",
    "kullback_leibler_divergence": "keras.losses.kl_divergence",
    "KLD": "keras.losses.kl_divergence",
    "MeanRelativeError": "a keras.metrics.Mean of the relative errors",
    "SumOverBatchSize": "keras.metrics.Mean",
    "MeanTensor": "keras.metrics.Mean",
    "multi_gpu_model": "nothing: each trial has one device",
}


def instead_of(error: Exception) -> str:
    """Return what to write instead of a dropped name, such as "Keras 3 has no CuDNNLSTM: use keras.layers.LSTM".

    Args:
        error: What a user's code raised.

    Returns:
        An empty string if the error is not that Keras has no such name.
    """
    message = str(error)
    if not isinstance(error, AttributeError | ImportError) or "keras" not in message:
        return ""
    name = next((quoted for quoted in re.findall(r"'(\w+)'", message) if quoted in _INSTEAD), None)
    return f"Keras 3 has no {name}: use {_INSTEAD[name]}" if name else ""
