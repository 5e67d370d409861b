"""One model of a champion with its preprocessing: the only one, or one of several whose predictions are averaged.

It is bundled with the MLflow model, so it imports little. Nothing is unpickled: the model is a ``.keras`` file loaded in safe
mode, or a ``.skops`` file of trusted classes; the preprocessing is in skops' format.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..data.arrays import Tree, named, unnamed
from ..data.columns import Features
from ..data.preprocessing import Preprocessor
from ..data.targets import named_outputs
from ..estimators import SUFFIX, as_matrix, has_probabilities, load_estimator, outputs
from ..quiet import quiet_backend
from .bundled_modules import BundledModules
from .metadata import ChampionMetadata

MODEL, ESTIMATOR, PREPROCESSOR = "model.keras", f"model{SUFFIX}", "preprocessor"
BATCH_SIZE = 256
"""Rows per forward pass. It bounds the memory; the predictions do not depend on it."""


class Member:
    """A model together with its preprocessing.

    Args:
        folder: The folder of ``model.keras`` or ``model.skops``, and ``preprocessor/``.
        metadata: The champion's metadata, for the backend and the modules to import.
        code_folder: The folder of the bundled source files.
    """

    def __init__(self, folder: Path, metadata: ChampionMetadata, code_folder: Path) -> None:
        self.folder = folder
        self._metadata = metadata
        self._code_folder = code_folder

    @cached_property
    def preprocessor(self) -> Preprocessor:
        """The preprocessing, fitted on what the model was trained on."""
        return Preprocessor.load(self.folder / PREPROCESSOR)

    @property
    def model_file(self) -> Path:
        """The model's file, as the worker saved it after training."""
        return self.folder / (ESTIMATOR if self.is_estimator else MODEL)

    @property
    def is_estimator(self) -> bool:
        """Whether the model has scikit-learn's interface instead of Keras'."""
        return (self.folder / ESTIMATOR).is_file()

    @cached_property
    def model(self) -> Any:
        """The Keras model, not compiled since prediction needs no optimizer; or the fitted estimator, without importing Keras."""
        if self.is_estimator:
            with self._own_code():
                return load_estimator(self.model_file, self._metadata.modules)
        if "keras" not in sys.modules:  # the requirements list one backend only; Keras' default may not be installed
            os.environ.setdefault("KERAS_BACKEND", self._metadata.backend)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is first imported
        with quiet_backend():
            import keras

            keras.ops.zeros(1)  # the backend starts its devices, of which it prints too

        with self._own_code():
            return keras.saving.load_model(self.model_file, compile=False, safe_mode=True)

    @contextlib.contextmanager
    def _own_code(self) -> Iterator[None]:
        """Import the modules that the model needs: the bundled copies, or installed packages."""
        if not self._metadata.modules:
            yield
            return
        with BundledModules(self._code_folder).active():
            for module in self._metadata.modules:
                importlib.import_module(module)
            yield

    def compute(self, features: Tree, n_rows: int) -> Tree:
        """Run the model.

        Args:
            features: float32 ``(n_rows, *input_shape)``, by input name if there are several.
            n_rows: Number of rows.

        Returns:
            The model's outputs, ``(n_rows, n_outputs)``, by output name if there are several.
        """
        if self.is_estimator:
            return outputs(self.model, features)
        # `predict_on_batch` is the same compiled function without `predict`'s data pipeline, which takes 100 ms to set up.
        is_one = n_rows <= BATCH_SIZE
        computed = self.model.predict_on_batch(features) if is_one else self.model.predict(features, batch_size=BATCH_SIZE, verbose=0)
        return unnamed({name: np.asarray(output, dtype=np.float32) for name, output in named_outputs(self.model, computed).items()})

    def outputs(self, checked: Features) -> Tree:
        """Preprocess checked rows and run the model; see `compute`.

        It compiles nothing, which would take longer for each of several models than all batches do.

        Args:
            checked: What `Preprocessor.check` returned.
        """
        features, n_rows = self.preprocessor.transform_checked(checked), len(checked)
        if self.is_estimator:
            return outputs(self.model, features)
        model = self.model  # first: it imports Keras quietly
        import keras

        batches = []
        for start in range(0, n_rows, BATCH_SIZE):
            batch = keras.tree.map_structure(lambda array, start=start: array[start : start + BATCH_SIZE], features)
            computed = named_outputs(model, model(batch, training=False))
            batches.append({name: np.asarray(keras.ops.convert_to_numpy(output), np.float32) for name, output in computed.items()})
        return unnamed({name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]})


def mean_outputs(members: Sequence[Member], rows: Features, preprocessor: Preprocessor) -> Tree:
    """Return the mean of the outputs of several models.

    Args:
        members: The models.
        rows: Raw rows.
        preprocessor: Scales the mean as its own targets are: each model's own scaling is undone before.

    Returns:
        The outputs, as `Member.compute` returns them; of estimators without probabilities the part of them that predicts each class.
    """
    found = [_in_own_units(member, rows) for member in members]
    means = {name: np.mean([outputs[name] for outputs in found], axis=0) for name in found[0]}
    for name, scaling in preprocessor.scalings.items():
        means[name] = scaling.scale(means[name])
    return unnamed({name: np.asarray(mean, dtype=np.float32) for name, mean in means.items()})


def _in_own_units(member: Member, rows: Features) -> dict[str, np.ndarray]:
    """Return a model's outputs by name, those of a scaled target in the target's own units."""
    preprocessor = member.preprocessor
    checked = preprocessor.check(rows)
    computed = named(member.outputs(checked))
    if member.is_estimator and preprocessor.task != "regression" and not has_probabilities(member.model):
        chosen = np.asarray(member.model.predict(as_matrix(preprocessor.transform_checked(checked)))).astype(int)
        return {"": np.eye(len(preprocessor.class_names))[chosen]}
    scalings = preprocessor.scalings
    return {name: scalings[name].invert(output.astype(np.float64)) if name in scalings else output for name, output in computed.items()}
