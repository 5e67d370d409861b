"""Writes a Keras model as a file of ONNX or TFLite, and predicts by what was written.

TFLite is written and read by TensorFlow, ONNX is written by tf2onnx and read by ONNX Runtime, which are optional. Converters write
operations that no runtime has without an error, so every file is run.
"""

import contextlib
import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ..data.arrays import unnamed
from ..data.targets import named_outputs
from ..errors import InputError, MissingExtraError, listed
from ..quiet import quiet_backend
from ..redaction import first_line

FEATURES, OUTPUTS = "features", "outputs"
"""Names of a single input and a single output in ONNX and TFLite."""

CONVERTING = "tensorflow"
"""The backend that writes ONNX and TFLite. Models of Keras' layers that were trained by another are loaded by it."""

_UNKNOWN_OPERATION = re.compile(r"No Op registered for (\w+)")
"""The name in ONNX Runtime's message, such as Erfc, which gelu needs."""

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ModelFile:
    """A kind of file for models that other programs run.

    Attributes:
        name: Its name, for messages.
        packages: Modules that it needs of the optional dependencies of its name.
        write: Writes a model, which has been called, into a file.
        run: Returns the outputs by name that a file computes of inputs by name.
    """

    name: str
    packages: tuple[str, ...]
    write: Callable[[Any, Path], None]
    run: Callable[[Path, Arrays], Arrays]

    def check_installed(self) -> None:
        """Check that it can be written and read here.

        Raises:
            MissingExtraError: If a package is not installed.
        """
        if missing := [package for package in self.packages if find_spec(package) is None]:
            raise MissingExtraError(
                f'{self.name} needs {missing[0]}, which is not installed; install it: .venv/bin/pip install -e ".[{self.name.lower()}]"'
            )

    def convert(self, model: Any, path: Path, inputs: Arrays) -> Arrays:
        """Write a model and predict by the file.

        Args:
            model: A model of `with_plain_names`.
            path: The file.
            inputs: Rows to predict, by the model's names of inputs.

        Returns:
            The file's outputs by name.

        Raises:
            InputError: If the model cannot be written, or the file cannot be run: it has an operation that this kind of file has not.
            OSError: If the file cannot be written.
        """
        with writing_as(self.name):
            model.predict_on_batch(dict(inputs))  # Keras exports no model that was never called
            self.write(model, path)
            return self.run(path, inputs)


@contextlib.contextmanager
def writing_as(name: str) -> Iterator[None]:
    """Write a model as another kind of file inside the ``with`` block, without what Keras and converters print.

    Args:
        name: Name of the kind, for messages.

    Raises:
        InputError: If the block raises anything else than OSError, as for a full disk: the model has what the file cannot hold.
    """
    level = logging.root.manager.disable
    with warnings.catch_warnings(), quiet_backend():
        warnings.simplefilter("ignore")  # of Keras' and TensorFlow's own use of older names
        logging.disable(logging.CRITICAL)  # converters log what the error below says
        try:
            yield
        except OSError:
            raise
        except Exception as error:
            lacking = _UNKNOWN_OPERATION.search(str(error))
            reason = f"it has no operation {lacking[1]}" if lacking else first_line(error)
            raise InputError(f"The model cannot be written as {name}: {reason}; write it as .keras, or search without what needs it") from error
        finally:
            logging.disable(level)


def plain_names(names: Iterable[str], default: str) -> dict[str, str]:
    """Return the names that inputs or outputs have in ONNX and TFLite: letters, digits and underscores.

    Args:
        names: The names; a single input or output is named "".
        default: The plain name of "".

    Returns:
        Plain names by name.

    Raises:
        InputError: If two names are the same but for punctuation.
    """
    plain = {name: re.sub(r"[^0-9A-Za-z_]", "_", name) or default for name in names}
    plain = {name: of if of[0].isalpha() else f"_{of}" for name, of in plain.items()}
    if double := [name for name, of in plain.items() if list(plain.values()).count(of) > 1]:
        raise InputError(f"The names {listed(double)} would be the same, {plain[double[0]]}; rename one, or write the model as .keras")
    return plain


def with_plain_names(model: Any, shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """Build the same model with inputs and outputs by plain names.

    Args:
        model: A Keras model.
        shapes: Its inputs' shapes without rows, by name; a single input is named "". All are float32.

    Returns:
        A Keras model from a dict of inputs to a dict of outputs.

    Raises:
        InputError: As `plain_names`.
    """
    import keras

    names = plain_names(shapes, FEATURES)
    inputs = {plain: keras.Input(shapes[name], name=plain) for name, plain in names.items()}
    outputs = named_outputs(model, model(unnamed({name: inputs[plain] for name, plain in names.items()})))
    return keras.Model(inputs, {plain: outputs[name] for name, plain in plain_names(outputs, OUTPUTS).items()})


def _write_onnx(model: Any, path: Path) -> None:
    model.export(path, format="onnx", verbose=False)


def _run_onnx(path: Path, inputs: Arrays) -> Arrays:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(inputs)), strict=True))


def _write_tflite(model: Any, path: Path) -> None:
    model.export(path, format="litert", verbose=False)


def _run_tflite(path: Path, inputs: Arrays) -> Arrays:
    import tensorflow as tf  # which announces that LiteRT's own package, ai-edge-litert, will replace this class

    outputs: Arrays = tf.lite.Interpreter(str(path)).get_signature_runner()(**inputs)
    return outputs


MODEL_FILES: Mapping[str, ModelFile] = {
    ".onnx": ModelFile("ONNX", ("tf2onnx", "onnxruntime"), _write_onnx, _run_onnx),
    ".tflite": ModelFile("TFLite", (), _write_tflite, _run_tflite),
}
"""The kinds of files beside Keras' own, by suffix."""
