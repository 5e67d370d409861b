"""California housing by scikit-learn's fetcher, which reads its own file, or downloads it if it is missing."""

from typing import Any

import numpy as np
import pandas as pd

from .folder import data_folder
from .split import split_rows

_SOURCE = "https://ndownloader.figshare.com/files/5976036"


def california_housing(validation_size: float = 0.25, test_size: float = 0.25, seed: int = 42) -> dict[str, Any]:
    """Return the median value of homes in 20,640 districts in 1990, in 100,000 dollars (Pace and Barry 1997).

    The columns are MedInc, HouseAge, AveRooms, AveBedrms, Population, AveOccup, Latitude and Longitude. The file is
    ``scikit_learn/cal_housing_py3.pkz`` in the folder of data files.

    Args:
        validation_size: Part of the rows that the test part leaves. Defaults to 0.25, scikit-learn's own default.
        test_size: Part of all rows. Defaults to 0.25.
        seed: Seed of both splits. Defaults to 42.

    Returns:
        The three parts (by default 11,610, 3,870 and 5,160 rows, target MedHouseVal) and the task (regression).

    Raises:
        FileNotFoundError: If the file is neither there nor can be downloaded.
    """
    features, value = _fetch()
    rest, test = split_rows(features, value, size=test_size, seed=seed, stratify=False)
    train, validation = split_rows(*rest, size=validation_size, seed=seed, stratify=False)
    return {"train": train, "validation": validation, "test": test, "task": "regression", "ordered": False}


def _fetch() -> tuple[pd.DataFrame, pd.Series]:
    from sklearn.datasets import fetch_california_housing

    folder = data_folder() / "scikit_learn"
    try:
        bunch = fetch_california_housing(data_home=folder)
    except OSError as error:  # no network, or a folder that cannot be written
        raise FileNotFoundError(
            f'There is no file "cal_housing_py3.pkz" in {folder}; scikit-learn creates it from {_SOURCE} '
            "(fetch_california_housing(data_home=...)): copy it there, or name the folder above in PERCEPTUNE_DATA; "
            f"it could not be downloaded ({error})"
        ) from None
    return pd.DataFrame(bunch.data.astype(np.float64), columns=bunch.feature_names), pd.Series(bunch.target, name="MedHouseVal")
