"""A data set as the product sees it: three parts of raw rows, a task and a fingerprint, checked when it is made."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .arrays import Task


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Attributes:
        features: Raw features by column name, or an array ``(n_rows, *shape)`` (images, sequences).
        target: One value a row.
    """

    features: pd.DataFrame | np.ndarray
    target: pd.Series


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Train, validation and test parts.

    Attributes:
        name: Name of the data set: the loader's function name.
        train: What is trained on, and the only part that preprocessing is fitted on.
        validation: What the objective is measured on.
        test: What only the champion is measured on.
        target: Name of the target column.
        task: What the target is.
        class_names: The target's values, in the order of the model's outputs; empty for regression.
        fingerprint: SHA-256 of all parts' content, 16 hexadecimal digits.
    """

    name: str
    train: Part
    validation: Part
    test: Part
    target: str
    task: Task
    class_names: tuple[str, ...]
    fingerprint: str
