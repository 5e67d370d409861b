"""An experiment file: what is searched, on which data, towards which objective, with which means.

It is read, checked and fingerprinted here, before anything is imported that costs time. References are checked where
they are used.
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from ..errors import ExperimentError, nearest
from .sections import (
    CallbackSection,
    DataSection,
    ExecutorSection,
    ObjectiveSection,
    OutputName,
    OutputSection,
    PreprocessingSection,
    Reference,
    SearchSection,
)
from .settings import TrainingSettings
from .space import Space, TrainingSpace
from .validation import Table, describe_error, invalid

__all__ = [
    "EXPERIMENTS",
    "CallbackSection",
    "DataSection",
    "ExecutorSection",
    "Experiment",
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

EXPERIMENTS = Path("experiments")
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"


def _check_name(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise invalid('expected letters, digits, "-" and "_", a letter or digit first; write name = "..." or rename the file')
    return name


class Experiment(Table):
    """A whole experiment file.

    Attributes:
        name: Name of the experiment, and of its study unless another is given. Defaults to the file's stem.
        model: Reference to the function that builds the model, such as "models.mlp:build_mlp".
        data: The data set.
        preprocessing: What happens to table columns.
        outputs: The model's outputs, where it has several or one needs a loss of its own. Defaults to one for the only target.
        space: Every hyperparameter.
        objective: What the search is after.
        callbacks: Keras callbacks of every trial. Defaults to none.
        search: Who proposes, who prunes, how long.
        executor: Where trials run.
    """

    name: Annotated[str, AfterValidator(_check_name), Field(json_schema_extra={"pattern": _NAME})]
    model: Annotated[Reference, Field(examples=["models.mlp:build_mlp"])]
    data: Annotated[DataSection, Field(examples=[{"loader": "experiments.datasets:diabetes"}])]
    preprocessing: PreprocessingSection = PreprocessingSection()
    outputs: dict[OutputName, OutputSection] = Field(default_factory=dict)
    space: Space = Space()
    objective: Annotated[ObjectiveSection, Field(examples=[{"metric": "val_accuracy", "direction": "maximize"}])]
    callbacks: list[CallbackSection] = Field(default_factory=list)
    search: SearchSection = SearchSection()
    executor: ExecutorSection = ExecutorSection()

    @property
    def identity(self) -> dict[str, Any]:
        """What may not change while a study goes on: everything but the means of searching."""
        return self.model_dump(mode="json", exclude={"name", "search", "executor"})

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the identity, 16 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()[:16]


def find_experiment(given: str) -> Path:
    """Return the file of an experiment.

    Args:
        given: A path, or the stem of a file in ``experiments/``.

    Raises:
        ExperimentError: If there is no such file.
    """
    path, stem = Path(given), EXPERIMENTS / f"{given}.toml"
    for candidate in (path, stem):
        if candidate.is_file():
            return candidate
    folder = path.parent if path.suffix or path.parent.parts else EXPERIMENTS
    there = nearest(path.stem, (file.stem for file in folder.glob("*.toml")))
    raise ExperimentError(f'There is no experiment file "{given}"; give a path, or the name of a file in {EXPERIMENTS}/. In {folder}/: {there}')


def load_experiment(source: str | Path, overrides: Iterable[str] = ()) -> Experiment:
    """Read and check an experiment file.

    Args:
        source: A path, or the stem of a file in ``experiments/``.
        overrides: Changes as ``key.path=value``, the value in TOML's spelling; bare text is taken as text. A changed
            hyperparameter that was searched is fixed to the value. Defaults to none.

    Returns:
        The experiment.

    Raises:
        ExperimentError: If the file is missing, is not TOML, or a key or value is not valid.
    """
    path, overrides = find_experiment(str(source)), tuple(overrides)
    content = {"name": path.stem} | _read(path)
    for override in overrides:
        _override(content, override)
    return parse_experiment(content, " --set ".join([str(path), *overrides]))


def parse_experiment(content: Mapping[str, Any], where: str) -> Experiment:
    """Check the content of an experiment file.

    Args:
        content: What TOML gave, with a name.
        where: The file, for messages.

    Returns:
        The experiment.

    Raises:
        ExperimentError: With the first fault.
    """
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(f"{where}: {describe_error(error, _homes())}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors put a mark before the text, which TOML has not
    except (UnicodeDecodeError, OSError) as error:
        raise ExperimentError(f"{path} cannot be read as UTF-8 text: {error}; save it in UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path} is not valid TOML: {error}{_line_of(error, text)}") from None


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Show the line a TOML error names; Python before 3.14 has its number in the message only."""
    found = re.search(r"at line (\d+)", str(error))
    if not found:
        return f": its last line is {len(text.splitlines())}"
    line = text.splitlines()[int(found[1]) - 1].strip()
    return f": {line}{next((hint for start, hint in _HINTS.items() if str(error).startswith(start)), '')}"


_HINTS = {
    "Invalid value": "; text needs quotation marks, numbers, true and false none",
    "Illegal character '\\n'": "; close the quotation mark",
    "Cannot overwrite": "; write each key once",
    "Cannot declare": "; write each table once",
}


def _override(content: dict[str, Any], override: str) -> None:
    key_path, _, text = override.partition("=")
    keys = key_path.strip().split(".")
    if not text.strip() or not all(keys):
        raise ExperimentError(f'--set {override}: expected key.path=value, such as "space.training.epochs=10"')
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    table = content
    for depth, key in enumerate(keys[:-1], start=1):
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ExperimentError(f"--set {override}: {'.'.join(keys[:depth])} is a value, not a table; set it as a whole")
    table[keys[-1]] = value


def _homes() -> dict[str, str]:
    """Return the table of each key that stands in one table only."""
    tables = dict(_tables(Experiment, ())) | {"[space.training]": TrainingSettings}
    keys = [(key, place) for place, table in tables.items() for key in table.model_fields]
    counts = Counter(key for key, _ in keys)
    return {key: place or "the top of the file" for key, place in keys if counts[key] == 1}


def _tables(table: type[BaseModel], place: tuple[str, ...]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield f"[{'.'.join(place)}]" if place else "", table
    for key, field in table.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _tables(field.annotation, (*place, key))
