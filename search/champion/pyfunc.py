"""Loads a champion and predicts raw rows, with probabilities.

MLflow imports this module (``loader_module``). It is bundled with the MLflow model together with all that it imports, so it
imports little (see `bundled_code.py`). Nothing is unpickled: the model is a ``.keras`` file loaded in safe mode, or a
``.skops`` file of trusted classes; the preprocessing is in skops' format.
"""

import contextlib
import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import Tree, named, unnamed
from ..data.preprocessing import Preprocessor
from ..data.targets import named_outputs
from ..estimators import SUFFIX, load_estimator, outputs
from ..quiet import quiet_backend
from .bundled_modules import BundledModules
from .display import html_table, one_line
from .estimator_predictions import estimator_predictions
from .input_checks import UnseenValuesWarning, check_column_types, unseen_values
from .metadata import ChampionMetadata

MODEL, ESTIMATOR, PREPROCESSOR = "model.keras", f"model{SUFFIX}", "preprocessor"
BATCH_SIZE = 256
"""Rows per forward pass. It bounds the memory; the predictions do not depend on it."""


class Champion:
    """A model together with its preprocessing and its classes."""

    def __init__(self, folder: Path, model_uri: str = "") -> None:
        """Set the folder; the model is read when it is first needed.

        Args:
            folder: The folder of ``model.keras`` or ``model.skops``, ``preprocessor/`` and ``champion.json``.
            model_uri: Its URI in the registry, for display. Defaults to none.
        """
        self.folder = folder
        self.model_uri = model_uri

    def __repr__(self) -> str:
        return one_line(self.metadata)

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        columns = self.preprocessor.columns
        shape = ", ".join(map(str, ("n_rows", *named(self.preprocessor.input_shape).get("", ()))))
        return html_table(self.metadata, self.model_uri, f"an array ({shape})" if columns is None else columns)

    @cached_property
    def metadata(self) -> ChampionMetadata:
        """Study, trial, hyperparameters, value and test metrics."""
        return ChampionMetadata.load(self.folder)

    @property
    def class_names(self) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
        """The classes in the order of the probabilities; empty for regression; by output name for several outputs."""
        return self.preprocessor.class_names

    @cached_property
    def preprocessor(self) -> Preprocessor:
        """The preprocessing, fitted on the training part."""
        return Preprocessor.load(self.folder / PREPROCESSOR)

    @property
    def code_folder(self) -> Path:
        """The folder of the bundled source files in the MLflow model, which has the champion in ``data/champion``."""
        return self.folder.absolute().parents[1] / "code"

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
                return load_estimator(self.model_file, self.metadata.modules)
        if "keras" not in sys.modules:  # the requirements list one backend only; Keras' default may not be installed
            os.environ.setdefault("KERAS_BACKEND", self.metadata.backend)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is first imported
        with quiet_backend():
            import keras

            keras.ops.zeros(1)  # the backend starts its devices, of which it prints too

        with self._own_code():
            return keras.saving.load_model(self.model_file, compile=False, safe_mode=True)

    @contextlib.contextmanager
    def _own_code(self) -> Iterator[None]:
        """Import the modules that the model needs: the bundled copies, or installed packages."""
        if not self.metadata.modules:
            yield
            return
        with BundledModules(self.code_folder).active():
            for module in self.metadata.modules:
                importlib.import_module(module)
            yield

    def outputs(self, rows: pd.DataFrame | np.ndarray) -> Tree:
        """Preprocess raw rows and run the model.

        Args:
            rows: As for `predict`.

        Returns:
            The model's outputs, ``(n_rows, n_outputs)``, by output name if there are several.
        """
        features = self.features(rows)
        if self.is_estimator:
            return outputs(self.model, features)
        if len(rows) <= BATCH_SIZE:  # the same compiled function without `predict`'s data pipeline, which takes 100 ms to set up
            computed = self.model.predict_on_batch(features)
        else:
            computed = self.model.predict(features, batch_size=BATCH_SIZE, verbose=0)
        return unnamed({name: np.asarray(output, dtype=np.float32) for name, output in named_outputs(self.model, computed).items()})

    def features(self, rows: pd.DataFrame | np.ndarray) -> Tree:
        """Check raw rows and transform them into the model's inputs.

        Args:
            rows: As for `predict`.

        Returns:
            float32 ``(n_rows, *input_shape)``, by input name if there are several.
        """
        check_column_types(rows, self.preprocessor)
        checked = self.preprocessor.check(rows)
        self.preprocessor.check_range(rows, "The rows")
        for sentence in unseen_values(checked, self.preprocessor):
            warnings.warn(sentence, UnseenValuesWarning, stacklevel=3)
        return self.preprocessor.transform_checked(checked)

    def predict(self, rows: pd.DataFrame | np.ndarray) -> pd.DataFrame:
        """Predict raw rows.

        Args:
            rows: A table with at least the training data's feature columns, in any order, missing values allowed; or an
                array ``(n_rows, *shape)`` if the training data was one.

        Returns:
            One row per given row, with the same index: ``prediction``, and ``probability_<class>`` for each class; for
            several outputs ``<output>_prediction`` and ``<output>_probability_<class>``.

        Raises:
            DataError: If there are no rows, columns are missing or of another type, or an array's values are on another scale.

        Warns:
            UnseenValuesWarning: If a text column holds values that were not in training.
        """
        if self.is_estimator:
            predictions = estimator_predictions(self.model, self.features(rows), self.preprocessor)
        else:
            predictions = self.preprocessor.decode(self.outputs(rows))
        if isinstance(rows, pd.DataFrame):
            predictions.index = rows.index
        return predictions


class _ServedChampion:
    """The interface that MLflow calls."""

    def __init__(self, champion: Champion) -> None:
        self.champion = champion

    def predict(self, model_input: pd.DataFrame | np.ndarray, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Predict raw rows; there are no inference parameters."""
        return self.champion.predict(model_input)


def _load_pyfunc(path: str) -> _ServedChampion:
    """Load a champion for MLflow, model included, so that a damaged one fails before the first request.

    MLflow has put the folder of the bundled files on ``sys.path``; there it would hide the process' own modules of the same names.
    """
    champion = Champion(Path(path))
    _ = champion.model, champion.preprocessor
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).absolute() != champion.code_folder]
    return _ServedChampion(champion)
