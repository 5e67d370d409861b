"""Reads the weights that trials start from: those of a file of Keras or NumPy, or those that the experiment file lists.

It knows no trial. Keras is imported when a model is read.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..data.arrays import Array, Weights
from ..errors import TrialError
from ..experiment.initial import H5, KERAS, NPZ, InitialSection
from ..redaction import one_line, shorten
from ..temporary_files import temporary_prefix

_REASON_LENGTH = 200


class OptimizerState(NamedTuple):
    """The state of an optimizer.

    Attributes:
        name: The optimizer's name, as in the training settings.
        variables: The values of its variables, in Keras' order.
    """

    name: str
    variables: Sequence[Array]


@dataclass(frozen=True)
class InitialWeights:
    """The weights that trials start from.

    Attributes:
        where: What gives them, for messages.
        of_layers: The arrays of each layer by its name, in Keras' order. Defaults to none, as of a file without names.
        of_model: The name and the array of every weight, in the order of the model's. Defaults to none, as of a table.
        h5: Content of a file that Keras reads into a model. Defaults to none.
        optimizer: The state that the optimizer goes on from. Defaults to none: it starts anew.
    """

    where: str
    of_layers: Mapping[str, Weights] = field(default_factory=dict)
    of_model: Sequence[tuple[str, Array]] = ()
    h5: bytes = b""
    optimizer: OptimizerState | None = None


def read_initial(section: InitialSection, content: Array | None) -> InitialWeights | None:
    """Read start weights.

    Args:
        section: ``[initial]`` of the experiment.
        content: Content of the file, uint8, ``(n_bytes,)``; None if there is none.

    Returns:
        The weights; None if models start from those of the builder.

    Raises:
        TrialError: If the file is missing or cannot be read.
    """
    if section.weights is None:
        return None
    if not isinstance(section.weights, str):
        listed = {name: [np.asarray(array) for array in arrays] for name, arrays in section.weights.items()}
        return _checked(InitialWeights("initial.weights", listed))
    where = f'initial.weights = "{section.weights}"'
    if content is None:
        raise TrialError(f"{where}: the arrays have no copy of the file; run the study again")
    try:
        found = _read(where, section, content.tobytes())
    except TrialError:
        raise
    except Exception as error:  # whatever NumPy and Keras raise of a damaged file
        text = shorten(one_line(str(error)), _REASON_LENGTH)
        own = ", and import the classes of its own layers in the builder's module" if section.suffix == KERAS else ""
        raise TrialError(f"{where} cannot be read: {type(error).__name__}: {text}; give a sound {section.suffix} file{own}") from error
    return _checked(found)


def _checked(found: InitialWeights) -> InitialWeights:
    """Return weights that are finite numbers.

    Raises:
        TrialError: If one is not.
    """
    arrays = [*found.of_model, *((name, array) for name, of in found.of_layers.items() for array in of)]
    arrays += [("the optimizer's state", array) for array in (found.optimizer.variables if found.optimizer else ())]
    for name, array in arrays:
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            raise TrialError(
                f"{found.where}: {name} holds {'text' if array.dtype.kind not in 'fiub' else 'NaN or infinite numbers'}; expected numbers"
            )
    return found


def _read(where: str, section: InitialSection, content: bytes) -> InitialWeights:
    if section.suffix == H5:
        return InitialWeights(where, h5=content)
    if section.suffix == NPZ:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return InitialWeights(where, of_model=[(name, arrays[name]) for name in arrays.files])
    import keras

    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        path = Path(folder, f"model{KERAS}")
        path.write_bytes(content)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    of_model = [(weight.path, keras.ops.convert_to_numpy(weight)) for weight in model.weights]
    optimizer = _read_optimizer(where, content) if section.optimizer_state else None
    return InitialWeights(where, {layer.name: layer.get_weights() for layer in model.layers if layer.weights}, of_model, optimizer=optimizer)


def _read_optimizer(where: str, content: bytes) -> OptimizerState:
    """Read the state of the optimizer that a model was compiled with; loss and metrics, which Keras would build beside it, are not needed."""
    import h5py

    with zipfile.ZipFile(io.BytesIO(content)) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as weights:
        config = (json.loads(archive.read("config.json")).get("compile_config") or {}).get("optimizer")
        stored = weights.get("optimizer/vars", {})
        variables = [np.asarray(stored[str(index)]) for index in range(len(stored))]
    if not config or not variables:
        raise TrialError(f"{where} has no state of an optimizer; save the model compiled, after its training, or leave optimizer_state out")
    inner = config["config"].get("inner_optimizer") or config  # of LossScaleOptimizer
    return OptimizerState(inner["class_name"].lower(), variables)
