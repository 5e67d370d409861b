"""Makes the experiment of a table's file: task, metric, search space and preprocessing by default.

The experiment is the text of an experiment file, so that running the table and running the file that `init` writes are the same study.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tomlkit

from ..data.columns import column_type
from ..data.dataset import Dataset
from ..data.examination import is_running_text
from ..data.folds import joined
from ..data.tables import COMPRESSED, SUFFIXES, read_table
from ..errors import ExperimentError, listed
from ..experiment.file import Experiment, find_experiment, load_experiment, parse_experiment
from ..experiment.references import resolve
from .from_images import images_experiment, is_image_folder
from .usual import begin_file, finish_file

N_FOLDS = 5
_LARGE = 20_000
"""Training rows from which larger batches are searched."""
_MOST_ROWS_OF_FOLDS = 20_000
"""Rows up to which a trial is measured by folds: one part of more rows is large enough."""
_FIND = "experiments.datasets.folder:find"
"""How the loader finds the file, in the working directory or the folder of data files."""
_LIKELY_TARGETS = ("target", "label", "class", "outcome", "y")

_FILE = """\
# Predicts a column of a table from the other columns.
name = "" # of the study
model = "mlp" # dense layers; `perceptune models` lists others

[data]
loader = "csv" # finds out how the file is written; `perceptune data` with this file shows it
path = ""
target = ""
task = "" # as found in the target's values: "binary", "multiclass" or "regression"

[preprocessing]   # these are the defaults
numeric = "standard"        # or "minmax", "none"
categorical = "onehot"      # text columns; or "ordinal", "target", "hash"
missing = "median"          # gaps in numbers; or "mean"
# columns = { zip = "text", notes = "drop" }   # the type of a column, in place of the one found

[space.model]     # arguments of the model: a plain value is fixed, a table with a type is searched
n_hidden = { type = "int", low = 0, high = 3 }
n_neurons = { type = "int", low = 8, high = 128, log = true }
activation = { type = "categorical", choices = ["relu", "tanh", "elu", "selu"] }
dropout = { type = "float", low = 0.0, high = 0.5 }
initializer = "auto"

[space.training]
learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true }
batch_size = { type = "categorical", choices = [] }
epochs = 100
patience = 15     # epochs without a better validation value, then a trial ends

[objective]
metric = ""
direction = ""

[evaluation]
folds = 5         # a trial's value is a mean over folds; 1 is one validation part

[search]
sampler = "auto"
n_trials = 40     # in total; a repeated command continues
seed = 42
baselines = true # measures simple models on the test part too
"""

_TEXT_PREPROCESSING = """
columns = {} # a text becomes the numbers of its words
max_words = 20000
max_tokens = 200 # of a text; the others are left out
"""
_TEXT_SPACE = """
reader = { type = "categorical", choices = ["average", "convolution", "gru"] }
n_dimensions = { type = "int", low = 8, high = 128, log = true }
dropout = { type = "float", low = 0.0, high = 0.5 }
"""


def is_table(source: str) -> bool:
    """Return whether a name is that of a table's file: .csv, .tsv, .txt, .data, .dat or .parquet, also compressed, such as .csv.gz."""
    return _plain(Path(source)).suffix.lower() in SUFFIXES


def experiment_reader(source: str, target: str | None, overrides: Sequence[str] = ()) -> Callable[[Iterable[str]], Experiment]:
    """Return a function that reads an experiment with overrides, whatever it is made from.

    Args:
        source: A table's file, a folder of images, an experiment file, or the name of one in ``experiments/``.
        target: The column of the table to predict; None for anything else.
        overrides: All changes that the user gave as ``key.path=value``; those of ``data`` decide how the table is read.

    Returns:
        The function; its argument is the overrides, as for `load_experiment`.

    Raises:
        ExperimentError: If a table has no target, or an experiment file has one.
        DataError: If the table cannot be read or has no such column.
    """
    if is_table(source):
        text = table_experiment(source, target, overrides)
        return lambda changes: parse_experiment(tomllib.loads(text), source, changes)
    is_folder = is_image_folder(source) and not _is_experiment(source)
    if target is not None and is_folder:
        raise ExperimentError(f'--target {target} is for a table, but "{source}" is a folder of images, whose folders are the classes; leave it out')
    if target is not None:
        raise ExperimentError(
            f'--target {target} is for a table, such as customers.csv, but "{source}" is an experiment, which names its target: use --set data.target'
        )
    if is_folder:
        text = images_experiment(source, overrides)
        return lambda changes: parse_experiment(tomllib.loads(text), source, changes)
    return partial(load_experiment, source)


def _is_experiment(source: str) -> bool:
    try:
        find_experiment(source)
    except ExperimentError:
        return False
    return True


def table_experiment(path: str, target: str | None, overrides: Sequence[str] = ()) -> str:
    """Return the text of the experiment file that predicts a column of a table.

    The objective of a regression is the root mean squared error; of a binary target the accuracy, or the AUC if one class has less than
    a quarter of the rows; of several classes the accuracy.

    Args:
        path: The table's file, relative to the working directory or to the folder of data files.
        target: The column to predict: its name, or its number from 0, negative ones from the end.
        overrides: Changes as ``key.path=value``, of which those of ``data`` count. Defaults to none.

    Raises:
        ExperimentError: If there is no target, or an override is not valid.
        DataError: If the table cannot be read or has no such column.
    """
    if target is None:
        raise ExperimentError(_no_target_message(path))
    data = {"loader": "csv", "path": str(Path(path)), "target": _column(path, target)}
    dataset, file = begin_file(_FILE, table_stem(path), data, overrides)
    file["data"]["task"] = dataset.task if isinstance(dataset.task, str) else "auto"
    file["space"]["training"]["batch_size"]["choices"] = [128, 256, 512] if len(dataset.train.target) > _LARGE else [32, 64, 128]
    file["evaluation"]["folds"] = _n_folds(dataset)
    if (text := _only_text(dataset)) is not None:
        _read_words(file, text)
    return finish_file(file)


def _only_text(dataset: Dataset) -> str | None:
    """Return the column of a table that has nothing but running text; None if it has anything else."""
    columns = dataset.train.columns
    [(name, column), *others] = columns.items()
    return name if not others and column_type(column, dataset.name) == "text" and is_running_text(column) else None


def _read_words(file: Any, column: str) -> None:
    """Let an experiment read the words of a column in their order."""
    file["model"] = tomlkit.item("text").comment("reads the words of a text; `perceptune models` lists others")
    file["preprocessing"] = tomlkit.parse(_TEXT_PREPROCESSING)
    file["preprocessing"]["columns"][column] = "tokens"
    file["space"]["model"] = tomlkit.parse(_TEXT_SPACE)
    del file["search"]["baselines"]  # simple models do not read words


def table_stem(path: str) -> str:
    """Return the name of a table's file without its suffixes."""
    return _plain(Path(path)).stem


def _n_folds(dataset: Dataset) -> int:
    """Return the number of folds; 1 where a class has too few rows for each fold to have one, or there are enough rows for one part."""
    targets, n_rows = joined(dataset).targets, len(joined(dataset).target)
    n_rarest = min((int(targets[name].value_counts().min()) for name in dataset.tasks if dataset.has_classes(name)), default=n_rows)
    return N_FOLDS if n_rarest >= N_FOLDS and n_rows <= _MOST_ROWS_OF_FOLDS else 1


def _column(path: str, target: str) -> str | int:
    """Return a target as a number, if it is one and no column is named so."""
    if not re.fullmatch(r"-?\d+", target) or target in _columns(path):
        return target
    return int(target)


def _columns(path: str) -> list[str]:
    """Return the names of a table's columns; none if it cannot be read without further arguments of the loader."""
    try:
        return [str(name) for name in read_table(resolve(_FIND)(path)).rows]
    except (ValueError, OSError):
        return []


def _no_target_message(path: str) -> str:
    columns = _columns(path)
    if not columns:
        return f"{path} is a table: name the column to predict, such as --target price"
    likely = next((name for word in _LIKELY_TARGETS for name in columns if name.lower() == word), columns[-1])
    return f'{path} is a table: name the column to predict, such as --target "{likely}"; its columns are {listed(columns)}'


def _plain(path: Path) -> Path:
    """Return a file's name without the suffix of its compression."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path
