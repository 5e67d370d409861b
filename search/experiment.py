"""An experiment file: what is searched, on which data, towards which objective, with which means.

It is read, checked and fingerprinted here, before anything is imported that costs time. References are checked where
they are used.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from .errors import ExperimentError, nearest
from .settings import TrainingSettings
from .space import CategoricalParameter, Entry, FloatParameter, IntParameter, Parameter, fixed, searched
from .trial import Value

EXPERIMENTS = Path("experiments")
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Reference = Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DataSection(BaseModel):
    """``[data]``: the data set.

    Attributes:
        loader: Reference to the function that returns it, such as "experiments.datasets:diabetes". Every other key is
            an argument of that function.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    loader: Reference

    @property
    def arguments(self) -> dict[str, Any]:
        """The loader's arguments."""
        return dict(self.model_extra or {})


class PreprocessingSection(_Section):
    """``[preprocessing]``: what happens to table columns, fitted on the training part only.

    Attributes:
        numeric: "standard" (mean 0, variance 1), "minmax" (0 to 1) or "none". Defaults to "standard".
        categorical: "onehot" (one column per value; unseen values are all 0) or "ordinal". Defaults to "onehot".
        missing: How gaps in numeric columns are filled: "median" or "mean". Text columns get their most frequent
            value. Defaults to "median".
        target: For regression, "standard" trains on the standardised target and answers in the original unit.
            Defaults to "none".
    """

    numeric: Literal["standard", "minmax", "none"] = "standard"
    categorical: Literal["onehot", "ordinal"] = "onehot"
    missing: Literal["median", "mean"] = "median"
    target: Literal["none", "standard"] = "none"


TrainingSpace = create_model(  # every field of TrainingSettings, as a plain value or searched
    "TrainingSpace",
    __base__=_Section,
    **{
        name: (field.annotation | Parameter | None, Field(default=None))  # type: ignore[operator]
        for name, field in TrainingSettings.model_fields.items()
    },
)


class Space(_Section):
    """``[space]``: every hyperparameter, a plain value (fixed) or a table with a type (searched).

    Attributes:
        model: The builder's arguments.
        training: The training settings.
    """

    model: dict[str, Entry] = {}
    training: TrainingSpace = TrainingSpace()  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _check(self) -> "Space":
        both = self.searched_model.keys() & self.searched_training.keys()
        if both:
            raise ValueError(f'"{min(both)}" is searched in both [space.model] and [space.training]; rename the builder\'s argument')
        for name, parameter in self.searched_training.items():
            for value in parameter.extremes:
                _check_training_value(name, value)
        _check_training_value(None, fixed(self._training_entries))
        return self

    @property
    def _training_entries(self) -> dict[str, object]:
        return {name: getattr(self.training, name) for name in TrainingSettings.model_fields if getattr(self.training, name) is not None}

    @property
    def searched_model(self) -> dict[str, IntParameter | FloatParameter | CategoricalParameter]:
        """The searched arguments of the builder."""
        return searched(self.model)

    @property
    def searched_training(self) -> dict[str, IntParameter | FloatParameter | CategoricalParameter]:
        """The searched training settings."""
        return searched(self._training_entries)

    @property
    def searched(self) -> dict[str, IntParameter | FloatParameter | CategoricalParameter]:
        """Everything that is searched, the model's arguments first."""
        return self.searched_model | self.searched_training

    def model_arguments(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """All of the builder's arguments for one trial's values."""
        return fixed(self.model) | {name: params[name] for name in self.searched_model}

    def training_settings(self, params: Mapping[str, Value]) -> TrainingSettings:
        """All training settings for one trial's values."""
        chosen = fixed(self._training_entries) | {name: params[name] for name in self.searched_training}
        return TrainingSettings.model_validate(chosen)


def _check_training_value(name: str | None, value: object) -> None:
    try:
        TrainingSettings.model_validate(value if name is None else {name: value})
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"training.{'.'.join(map(str, first['loc']))}={first['input']!r} is not valid: {first['msg']}") from None


class ObjectiveSection(_Section):
    """``[objective]``: what the search is after.

    Attributes:
        metric: "val_" and a metric of the task, such as "val_accuracy" or "val_loss".
        direction: "minimize" or "maximize".
        metrics: Further metrics to compute at each epoch. Defaults to none.
    """

    metric: Annotated[str, Field(pattern=r"^val_\w+$")]
    direction: Literal["minimize", "maximize"]
    metrics: list[str] = []

    def is_better(self, value: float, than: float | None) -> bool:
        """Say whether a value beats another; any value beats none."""
        if than is None:
            return True
        return value < than if self.direction == "minimize" else value > than


class SearchSection(_Section):
    """``[search]``: who proposes, who prunes, how long.

    Attributes:
        sampler: "random", "tpe", "qmc", "grid", "gp", "cmaes", "kt-random", "kt-bayesian", "kt-grid", or a reference to
            an Optuna sampler. Defaults to "tpe".
        sampler_options: The sampler's further arguments. Defaults to none.
        pruner: "none", "median", "percentile", "halving", "hyperband", "patient", or a reference to an Optuna pruner.
            Defaults to "none".
        pruner_options: The pruner's further arguments. Defaults to none.
        n_trials: Trials in total. Defaults to 40.
        timeout_seconds: No trial is started after so long; none means no limit. Defaults to none.
        seed: Seed of the study, from which each trial's seed follows. Defaults to 0.
    """

    sampler: str = "tpe"
    sampler_options: dict[str, Any] = {}
    pruner: str = "none"
    pruner_options: dict[str, Any] = {}
    n_trials: Annotated[int, Field(ge=1)] = 40
    timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


class ExecutorSection(_Section):
    """``[executor]``: where trials run.

    Attributes:
        name: "workers" (processes) or "in-process" (here, one at a time, bare tracebacks). Defaults to "workers".
        n_workers: Number of worker processes, or "auto": one per GPU, else as many as the cores allow. Defaults to "auto".
        trainer: "keras" (Keras' own fit), "compiled" (a whole epoch as one compiled loop), or "auto": compiled where
            the backend has it. Defaults to "auto".
        recycle_after_trials: A worker is replaced after so many trials. Defaults to 200.
        recycle_growth_bytes: A worker is replaced when its memory grew by so much. Defaults to 2 GiB.
    """

    name: Literal["workers", "in-process"] = "workers"
    n_workers: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    trainer: Literal["auto", "keras", "compiled"] = "auto"
    recycle_after_trials: Annotated[int, Field(ge=1)] = 200
    recycle_growth_bytes: Annotated[int, Field(ge=2**20)] = 2 * 2**30


class Experiment(_Section):
    """A whole experiment file.

    Attributes:
        name: Name of the experiment, and of its study unless another is given. Defaults to the file's stem.
        model: Reference to the function that builds the model, such as "models.mlp:build_mlp".
        data: The data set.
        preprocessing: What happens to table columns.
        space: Every hyperparameter.
        objective: What the search is after.
        search: Who proposes, who prunes, how long.
        executor: Where trials run.
    """

    name: Name
    model: Reference
    data: DataSection
    preprocessing: PreprocessingSection = PreprocessingSection()
    space: Space = Space()
    objective: ObjectiveSection
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
    if path.is_file():
        return path
    if stem.is_file():
        return stem
    if path.suffix:
        raise ExperimentError(f'There is no experiment file "{given}"; give its path, or the name of a file in {EXPERIMENTS}/')
    shipped = [file.stem for file in EXPERIMENTS.glob("*.toml")]
    raise ExperimentError(f'There is no experiment "{given}" in {EXPERIMENTS}/; {nearest(given, shipped)}')


def load_experiment(source: str | Path, overrides: Iterable[str] = ()) -> Experiment:
    """Read and check an experiment file.

    Args:
        source: A path, or the stem of a file in ``experiments/``.
        overrides: Changes as ``key.path=value``, the value in TOML's spelling; bare text is taken as text.

    Returns:
        The experiment.

    Raises:
        ExperimentError: If the file is missing, is not TOML, or a key or value is not valid.
    """
    path = find_experiment(str(source))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path} is not valid TOML: {error}") from None
    except (UnicodeDecodeError, OSError) as error:
        raise ExperimentError(f"{path} cannot be read as UTF-8 text: {error}") from None
    content.setdefault("name", path.stem)
    for override in overrides:
        _override(content, override)
    return parse_experiment(content, str(path))


def parse_experiment(content: Mapping[str, Any], where: str) -> Experiment:
    """Check the content of an experiment file.

    Args:
        content: What TOML gave.
        where: The file, for messages.

    Returns:
        The experiment.

    Raises:
        ExperimentError: With the first fault.
    """
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(f"{where}: {_describe(error)}") from None


def _override(content: dict[str, Any], override: str) -> None:
    key_path, separator, text = override.partition("=")
    keys = key_path.strip().split(".")
    if not separator or not all(keys):
        raise ExperimentError(f'--set {override}: expected key.path=value, such as "space.training.epochs=10"')
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    table = content
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ExperimentError(f'--set {override}: "{key}" is a value, not a table')
    table[keys[-1]] = value


def _describe(error: ValidationError) -> str:
    """Say the first fault in one line, with the nearest valid key for an unknown one."""
    faults = error.errors()
    unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    fault = (unknown or faults)[0]
    location = [str(part) for part in fault["loc"] if str(part) not in _UNION_TAGS]
    if fault["type"] == "extra_forbidden":
        valid = _keys_at(location[:-1])
        place = f"[{'.'.join(location[:-1])}]" if location[:-1] else "the file"
        return f'unknown key "{location[-1]}" in {place}; {nearest(location[-1], valid)}'
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "missing":
        return f"{'.'.join(location)} is missing; add it"
    if fault["type"] in ("value_error", "union_tag_not_found"):
        return f"{'.'.join(location)}: {message}" if location else message
    return f"{'.'.join(location)} = {fault['input']!r}: {message[0].lower()}{message[1:]}"


_UNION_TAGS = {
    *("int", "float", "categorical", "bool", "str", "IntParameter", "FloatParameter", "CategoricalParameter", "constrained-int"),
    *("constrained-float", "tagged-union[IntParameter,FloatParameter,CategoricalParameter]"),
}


def _keys_at(location: list[str]) -> list[str]:
    model: Any = Experiment
    for part in location:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is None:
            return [*CategoricalParameter.model_fields, *FloatParameter.model_fields] if location[:1] == ["space"] else []
        model = field.annotation
    return list(model.model_fields) if hasattr(model, "model_fields") else []
