"""Pima diabetes and zoo, from a table in the folder of data files, or else downloaded from OpenML by scikit-learn."""

from typing import Any

import pandas as pd

from .folder import data_folder, find
from .split import three_parts, whole_parts

_MEASUREMENTS = ["pregnancies", "glucose", "blood_pressure", "skin_thickness", "insulin", "body_mass_index", "pedigree", "age"]
_TRAITS = ["hair", "feathers", "eggs", "milk", "airborne", "aquatic", "predator", "toothed", "backbone", "breathes"]
_TRAITS += ["venomous", "fins", "legs", "tail", "domestic", "catsize"]
_CLASSES = ["mammal", "bird", "reptile", "fish", "amphibian", "insect", "invertebrate"]


def pima(validation_size: float = 0.2, test_size: float = 0.2, seed: int = 42, scaled: bool = False, whole: bool = False) -> dict[str, Any]:
    """Return which of 768 women had diabetes, from eight measurements (Smith et al. 1988; OpenML data set 37).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        scaled: Whether to read ``tables/pima_scaled.csv``, 759 rows scaled to -1 ... 1, whose class 1 is without
            diabetes, rather than ``tables/pima.csv``. Defaults to False.
        whole: Whether each part is all rows: for reproducing documented figures only. Defaults to False.

    Returns:
        The three parts, the task (binary) and the class names.

    Raises:
        FileNotFoundError: If the table is neither there nor can be downloaded.
    """
    if scaled:
        source = "https://github.com/hunkim/DeepLearningZeroToAll (data-03-diabetes.csv)"
        table = pd.read_csv(find("tables/pima_scaled.csv", source), header=None, names=[*_MEASUREMENTS, "diabetes"], comment="#")
        table["diabetes"] = 1 - table["diabetes"].astype(int)
    else:
        table = _table("tables/pima.csv", _MEASUREMENTS, "diabetes", 37)
        table["diabetes"] = table["diabetes"].replace({"tested_negative": 0, "tested_positive": 1}).astype(int)
    parts = _split(table, "diabetes", validation_size, test_size, seed, whole)
    return {**parts, "task": "binary", "class_names": ["no diabetes", "diabetes"]}


def zoo(validation_size: float = 0.2, test_size: float = 0.2, seed: int = 42, whole: bool = False) -> dict[str, Any]:
    """Return which of seven classes 101 animals belong to, from 16 traits (Forsyth 1990; OpenML data set 62).

    Args:
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        whole: Whether each part is all rows: for reproducing documented figures only. Defaults to False.

    Returns:
        The three parts, the task (multiclass) and the class names.

    Raises:
        FileNotFoundError: If the table is neither there nor can be downloaded.
    """
    table = _table("tables/zoo.csv", _TRAITS, "kind", 62)
    table["kind"] = table["kind"].replace({name: number for number, name in enumerate(_CLASSES)}).astype(int)
    parts = _split(table, "kind", validation_size, test_size, seed, whole)
    return {**parts, "task": "multiclass", "class_names": _CLASSES}


def _split(table: pd.DataFrame, target: str, validation_size: float, test_size: float, seed: int, whole: bool) -> dict[str, Any]:
    features, values = table.drop(columns=target), table[target]
    return whole_parts(features, values) if whole else three_parts(features, values, validation_size=validation_size, test_size=test_size, seed=seed)


def _table(name: str, features: list[str], target: str, data_id: int) -> pd.DataFrame:
    """Read a table of numbers, the target in its last column."""
    columns = [*features, target]
    try:
        file = find(name, f"https://www.openml.org/d/{data_id}")
    except FileNotFoundError as error:
        return _from_openml(data_id, columns, error)
    return pd.read_csv(file, header=None, names=columns, usecols=range(len(columns)), comment="#")


def _from_openml(data_id: int, columns: list[str], missing: FileNotFoundError) -> pd.DataFrame:
    from sklearn.datasets import fetch_openml

    try:
        frame = fetch_openml(data_id=data_id, data_home=data_folder() / "scikit_learn", as_frame=True, parser="liac-arff").frame
    except OSError as error:  # no network
        raise FileNotFoundError(f"{missing}; it could not be downloaded ({error})") from None
    # OpenML's zoo starts with the animals' names, and writes yes and no as "true" and "false".
    frame = frame.iloc[:, -len(columns) :].set_axis(columns, axis="columns")
    features = frame[columns[:-1]].astype(str).replace({"true": "1", "false": "0"}).astype(float)
    return features.assign(**{columns[-1]: frame[columns[-1]].astype(str)})
