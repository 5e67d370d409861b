"""Loads a champion and predicts raw rows, with probabilities.

MLflow imports this module (``loader_module``). It is bundled with the MLflow model together with all that it imports, so it
imports little (see `bundled_code.py`).
"""

import sys
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import Tree, named
from ..data.columns import Features
from ..data.hugging_face import is_hugging_face, unlabelled
from ..data.preprocessing import Preprocessor
from ..estimators import has_probabilities
from .display import html_table, one_line
from .estimator_predictions import estimator_predictions
from .input_checks import UnseenValuesWarning, check_column_types, unseen_values
from .member import PREPROCESSOR, Member, mean_outputs
from .metadata import ChampionMetadata

MEMBERS = "members"
"""Folder of the models, each in a folder named by its number, if there are several."""


class Champion:
    """A model, or several whose predictions are averaged, with preprocessing and classes."""

    def __init__(self, folder: Path, model_uri: str = "") -> None:
        """Set the folder; the model is read when it is first needed.

        Args:
            folder: The folder of ``champion.json``, ``preprocessor/``, and ``model.keras`` or ``model.skops`` or the folder ``members/``.
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
        """The preprocessing, fitted on all rows that a model was trained on; of several models each has its own too."""
        return Preprocessor.load(self.folder / PREPROCESSOR)

    @property
    def code_folder(self) -> Path:
        """The folder of the bundled source files in the MLflow model, which has the champion in ``data/champion``."""
        return self.folder.absolute().parents[1] / "code"

    @cached_property
    def members(self) -> list[Member]:
        """The models whose predictions are averaged, usually one for each fold; a single one without folds and repeats."""
        parent = self.folder / MEMBERS
        folders = [parent / str(number) for number in range(len(list(parent.iterdir())))] if parent.is_dir() else [self.folder]
        return [Member(folder, self.metadata, self.code_folder) for folder in folders]

    @property
    def model_file(self) -> Path:
        """The file of the first model, as the worker saved it after training."""
        return self.members[0].model_file

    @property
    def is_estimator(self) -> bool:
        """Whether the models have scikit-learn's interface instead of Keras'."""
        return self.members[0].is_estimator

    @property
    def model(self) -> Any:
        """The first model: a Keras model, not compiled since prediction needs no optimizer; or a fitted estimator."""
        return self.members[0].model

    @property
    def has_probabilities(self) -> bool:
        """Whether there are probabilities of classes, which some estimators do not have."""
        return not self.is_estimator or has_probabilities(self.model)

    def outputs(self, rows: Any) -> Tree:
        """Preprocess raw rows and run the model, or the models, of whose outputs the mean is returned.

        Args:
            rows: As for `predict`.

        Returns:
            The model's outputs, ``(n_rows, n_outputs)``, by output name if there are several.
        """
        rows = self._without_targets(rows)
        if len(self.members) == 1:
            return self.members[0].compute(self.features(rows), len(rows))
        self._check(rows)
        return mean_outputs(self.members, rows, self.preprocessor)

    def features(self, rows: Any) -> Tree:
        """Check raw rows and transform them into the inputs of the (first) model.

        Args:
            rows: As for `predict`.

        Returns:
            float32 ``(n_rows, *input_shape)``, by input name if there are several.
        """
        return self.members[0].preprocessor.transform_checked(self._check(self._without_targets(rows)))

    def _without_targets(self, rows: Any) -> Any:
        """Return the rows of a data set of Hugging Face as a table or an array, and any others as they are."""
        return unlabelled(rows, "The data set", self.preprocessor.columns) if is_hugging_face(rows) else rows

    def _check(self, rows: pd.DataFrame | np.ndarray) -> Features:
        """Check raw rows, warn of unseen values, and convert the rows to the columns and types that were fitted."""
        check_column_types(rows, self.preprocessor)
        checked = self.preprocessor.check(rows)
        self.preprocessor.check_range(rows, "The rows")
        for sentence in unseen_values(checked, self.preprocessor):
            warnings.warn(sentence, UnseenValuesWarning, stacklevel=4)
        return checked

    def predict(self, rows: Any) -> pd.DataFrame:
        """Predict raw rows.

        Args:
            rows: A table with at least the training data's feature columns, in any order, missing values allowed; or an
                array ``(n_rows, *shape)`` if the training data was one; or a `datasets.Dataset` of Hugging Face with these columns, or
                one column of images or arrays.

        Returns:
            One row per given row, with the same index: ``prediction``, and ``probability_<class>`` for each class; for
            several outputs ``<output>_prediction`` and ``<output>_probability_<class>``.

        Raises:
            DataError: If there are no rows, columns are missing or of another type, or an array's values are on another scale.

        Warns:
            UnseenValuesWarning: If a text column holds values that were not in training.
        """
        if self.is_estimator and len(self.members) == 1:
            predictions = estimator_predictions(self.model, self.features(rows), self.preprocessor)
        else:
            predictions = self.preprocessor.decode(self.outputs(rows))
            if not self.has_probabilities:
                predictions = predictions[["prediction"]]
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
    _ = champion.preprocessor, [member.model for member in champion.members]
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).absolute() != champion.code_folder]
    return _ServedChampion(champion)
