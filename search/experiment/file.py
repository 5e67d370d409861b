"""Experiment files: finds, reads, validates and writes them, without importing anything slow.

References are checked where they are used.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import ExperimentError, nearest
from . import shipped
from .champion import ChampionSection
from .evaluation import EvaluationSection
from .executor_section import ExecutorSection
from .experiment import Experiment
from .initial import InitialSection
from .objectives import ObjectiveSection
from .sections import CallbackSection, DataSection, OutputSection, PreprocessingSection, SearchSection
from .settings import TrainingSettings
from .space import Space, TrainingSpace
from .toml import mask_override, override_value, read_toml
from .validation import Table, describe_error

__all__ = [
    "CallbackSection",
    "ChampionSection",
    "DataSection",
    "EvaluationSection",
    "ExecutorSection",
    "Experiment",
    "InitialSection",
    "ObjectiveSection",
    "OutputSection",
    "PreprocessingSection",
    "SearchSection",
    "Space",
    "TrainingSpace",
    "find_experiment",
    "load_experiment",
    "parse_experiment",
]

_EXPERIMENTS = Path("experiments")


def to_toml_file(experiment: Experiment, study: str, name: str = "experiment.toml") -> str:
    """Return the text of a file that runs an experiment again, without the values that are the defaults."""
    import tomlkit

    content = without_nulls(experiment.model_dump(mode="json", exclude_defaults=True, exclude={"name"}))
    return f"# Run it with: perceptune run {name} --study {study}\n{tomlkit.dumps(content)}"


def without_nulls(content: Any) -> Any:
    """Return the content of an experiment without its null values, which a file leaves out, since TOML has none."""
    if isinstance(content, Mapping):
        return {name: without_nulls(value) for name, value in content.items() if value is not None}
    return [without_nulls(value) for value in content if value is not None] if isinstance(content, list) else content


def find_experiment(given: str) -> Path:
    """Return the file of an experiment.

    Args:
        given: A path, or the stem of a file in ``experiments/`` of the working directory or of this project.

    Raises:
        ExperimentError: If there is no such file.
    """
    path, folders = Path(given), (_EXPERIMENTS, shipped.EXPERIMENTS)
    for candidate in (path, *(folder / f"{given}.toml" for folder in folders)):
        if candidate.is_file():
            return candidate
    is_path = bool(path.suffix or path.parent.parts)
    known = nearest(path.stem, {file.stem for folder in ([path.parent] if is_path else folders) for file in folder.glob("*.toml")})
    where = f"{path.parent if is_path else _EXPERIMENTS}/"
    raise ExperimentError(f'There is no experiment file "{given}"; give a path, or the name of a file in {_EXPERIMENTS}/. In {where}: {known}')


def load_experiment(source: str | Path, overrides: Iterable[str] = ()) -> Experiment:
    """Read and check an experiment file.

    Args:
        source: A path, or the stem of a file in ``experiments/`` of the working directory or of this project.
        overrides: Changes as ``key.path=value``, the value in TOML's notation; text needs no quotation marks. A hyperparameter
            that was searched is fixed to the value. Defaults to none.

    Returns:
        The experiment.

    Raises:
        ExperimentError: If the file is missing, is not TOML, or a key or value is not valid.
    """
    path = find_experiment(str(source))
    return parse_experiment({"name": path.stem} | read_toml(path), str(path), overrides)


def parse_experiment(content: dict[str, Any], where: str, overrides: Iterable[str] = ()) -> Experiment:
    """Check the content of an experiment file.

    Args:
        content: The content of the TOML file, with a name; the overrides change it.
        where: Name of the file for messages.
        overrides: Changes as for `load_experiment`. Defaults to none.

    Returns:
        The experiment.

    Raises:
        ExperimentError: With the first error found.
    """
    overrides = tuple(overrides)
    for override in overrides:
        override_value(content, override)
    where = " --set ".join([where, *map(mask_override, overrides)])
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(f"{where}: {describe_error(error, _table_of_key())}") from None


def _table_of_key() -> dict[str, str]:
    """Return the table of each key that only one table has."""
    tables = dict(_tables(Experiment, ())) | {"[space.training]": TrainingSettings, "[objective]": ObjectiveSection}
    keys = [(key, path) for path, table in tables.items() for key in table.fields()]
    counts = Counter(key for key, _ in keys)
    return {key: path or "the top of the file" for key, path in keys if counts[key] == 1}


def _tables(table: type[Table], path: tuple[str, ...]) -> Iterator[tuple[str, type[Table]]]:
    yield f"[{'.'.join(path)}]" if path else "", table
    for key, field in table.fields().items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            yield from _tables(field.annotation, (*path, key))
