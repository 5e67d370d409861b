"""Data sets that come with scikit-learn: nothing is downloaded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .split import split_rows, three_parts, whole_parts


def diabetes(validation_size: float = 0.25, seed: int = 42, task: str = "binary", validation: str = "split") -> dict[str, Any]:
    """Return disease progression after a year, from ten measurements of 442 patients (Efron et al. 2004).

    The test part is the documented one, ``train_test_split(test_size=0.4, random_state=42)``: 265 and 177 rows. The
    validation part is taken from the 265.

    Args:
        validation_size: Part of the 265 rows. Defaults to 0.25, scikit-learn's own default: 198 and 67 rows.
        seed: Seed of the validation split. Defaults to 42.
        task: "binary", whether the progression is at least 140, or "regression", the progression itself, 25 to 346.
            Defaults to "binary".
        validation: "split" takes the validation part from the 265 rows. "test" trains on all of them and validates on
            the test part: for reproducing documented figures only, as what is chosen by the test part is not measured by
            it any more. Defaults to "split".

    Returns:
        The three parts and the task.

    Raises:
        ValueError: If the task or the validation is another one.
    """
    from sklearn.datasets import load_diabetes

    if validation not in ("split", "test"):
        raise ValueError(f'validation="{validation}" is not known; expected "split" or "test"')
    if task not in ("binary", "regression"):
        raise ValueError(f'task="{task}" does not go with diabetes; expected "binary" or "regression"')
    features, progression = load_diabetes(return_X_y=True, as_frame=True)
    target = (progression >= 140).astype(int) if task == "binary" else progression
    rest, test = split_rows(features, target, size=0.4, seed=42, stratify=False)
    if validation == "test":
        return {"train": rest, "validation": test, "test": test, "task": task, "ordered": False}
    train, validating = split_rows(*rest, size=validation_size, seed=seed, stratify=task == "binary")
    return {"train": train, "validation": validating, "test": test, "task": task, "ordered": False}


def iris(
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    features: Sequence[str] = (),
    positive: str = "",
    whole: bool = False,
) -> dict[str, Any]:
    """Return the species of 150 irises, from four lengths in cm (Fisher 1936).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        features: Some of sepal_length, sepal_width, petal_length and petal_width. Defaults to all of them.
        positive: One species, to tell it from the others. Defaults to none: all three are told apart.
        whole: Whether each part is all rows: for reproducing documented figures only. Defaults to False.

    Returns:
        The three parts, the task (multiclass, or binary) and the class names.

    Raises:
        ValueError: If there is no such feature or species.
    """
    from sklearn.datasets import load_iris

    table, species = load_iris(return_X_y=True, as_frame=True)
    table.columns = [str(name).removesuffix(" (cm)").replace(" ", "_") for name in table]
    table = table[[_known(name, list(table.columns), "features") for name in features] or list(table.columns)]
    names, task = ["setosa", "versicolor", "virginica"], "multiclass"
    if positive:
        species = (species == names.index(_known(positive, names, "positive"))).astype(int)
        names, task = ["other", positive], "binary"
    target = species.rename("species")
    parts = whole_parts(table, target) if whole else three_parts(table, target, validation_size=validation_size, test_size=test_size, seed=seed)
    return {**parts, "task": task, "class_names": names}


def _known(name: str, valid: Sequence[str], argument: str) -> str:
    if name not in valid:
        raise ValueError(f'{argument}: iris has no "{name}"; use {", ".join(valid)}')
    return name


def digits(validation_size: float = 0.2, test_size: float = 0.2, seed: int = 42, as_images: bool = False) -> dict[str, Any]:
    """Return 1,797 handwritten digits of 8 x 8 pixels (Alpaydin and Kaynak 1998).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        as_images: Whether a row is an image ``(8, 8, 1)`` of float32 from 0 to 1, rather than 64 columns of 0 to 16.
            Defaults to False.

    Returns:
        The three parts and the task (multiclass).
    """
    from sklearn.datasets import load_digits

    pixels, digit = load_digits(return_X_y=True, as_frame=True)
    features = np.asarray(pixels, dtype=np.float32).reshape(-1, 8, 8, 1) / 16 if as_images else pixels
    parts = three_parts(features, digit.rename("digit"), validation_size=validation_size, test_size=test_size, seed=seed)
    return {**parts, "task": "multiclass"}


def wine(validation_size: float = 0.2, test_size: float = 0.2, seed: int = 42) -> dict[str, Any]:
    """Return which of three cultivars 178 wines are of, from 13 chemical measurements (Aeberhard et al. 1992).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.

    Returns:
        The three parts and the task (multiclass).
    """
    from sklearn.datasets import load_wine

    features, cultivar = load_wine(return_X_y=True, as_frame=True)
    parts = three_parts(features, cultivar.rename("cultivar"), validation_size=validation_size, test_size=test_size, seed=seed)
    return {**parts, "task": "multiclass"}


def breast_cancer(validation_size: float = 0.2, test_size: float = 0.2, seed: int = 42) -> dict[str, Any]:
    """Return the diagnosis of 569 breast masses, from 30 measurements of cell nuclei (Wolberg et al. 1995).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.

    Returns:
        The three parts, the task (binary) and the class names.
    """
    from sklearn.datasets import load_breast_cancer

    features, is_benign = load_breast_cancer(return_X_y=True, as_frame=True)
    features.columns = [str(name).replace(" ", "_") for name in features]
    # scikit-learn numbers benign as 1; here malignant is the positive class, which recall and AUC are for.
    diagnosis = pd.Series(1 - is_benign, name="diagnosis")
    parts = three_parts(features, diagnosis, validation_size=validation_size, test_size=test_size, seed=seed)
    return {**parts, "task": "binary", "class_names": ["benign", "malignant"]}
