"""Experiment files: finds, reads, validates and fingerprints them, without importing anything slow.

References are checked where they are used.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from ..errors import ExperimentError, nearest
from ..redaction import mask, redact
from ..secret_values import is_secret_name, remember_arguments
from . import shipped
from .champion import ChampionSection
from .directions import direction_of
from .evaluation import EvaluationSection
from .executor_section import ExecutorSection
from .first_trials import to_params
from .sections import (
    BuilderReference,
    CallbackSection,
    DataSection,
    ObjectiveSection,
    OutputName,
    OutputSection,
    PreprocessingSection,
    SearchSection,
)
from .settings import TrainingSettings
from .space import CategoricalParameter, Space, TrainingSpace, fixed
from .toml import mask_override, override_value, read_toml
from .validation import Table, describe_error, invalid

__all__ = [
    "CallbackSection",
    "ChampionSection",
    "DataSection",
    "EvaluationSection",
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

_EXPERIMENTS = Path("experiments")
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"


_MIN_EPOCHS, _MIN_TRIALS = 27, 20
"""Of searches in which "auto" stops trials early."""


def _check_name(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise invalid('expected letters, digits, "-" and "_", a letter or digit first; write name = "..." or rename the file')
    return name


class Experiment(Table):
    """A whole experiment file.

    Attributes:
        name: Name of the experiment, and of its study unless another is given. Defaults to the file's stem.
        model: Short name of a shipped builder, such as "mlp" (`perceptune models` lists them), or reference to the function that
            builds the model, such as "models.mlp:build_mlp".
        data: The data set.
        preprocessing: How table columns are transformed.
        outputs: The model's outputs, if it has several or one needs another loss. Defaults to one output for the only target.
        space: Every hyperparameter.
        objective: The metric to optimize and its direction.
        evaluation: Folds and repeats of each trial. Defaults to one training, measured on the data set's own validation part.
        champion: Which trial is the best one, and which models are served. Defaults to the best value of the objective.
        callbacks: Keras callbacks of every trial. Defaults to none.
        search: Sampler, pruner, number of trials, limits.
        executor: Where trials run, and their limits.
    """

    name: Annotated[str, AfterValidator(_check_name), Field(json_schema_extra={"pattern": _NAME})]
    model: Annotated[BuilderReference, Field(examples=["mlp", "models.mlp:build_mlp"])]
    data: Annotated[DataSection, Field(examples=[{"loader": "csv"}])]
    preprocessing: PreprocessingSection = PreprocessingSection()
    outputs: dict[OutputName, OutputSection] = Field(default_factory=dict)
    space: Space = Space()
    objective: Annotated[ObjectiveSection, Field(examples=[{"metric": "val_accuracy", "direction": "maximize"}])]
    evaluation: EvaluationSection = Field(default=EvaluationSection(), exclude_if=lambda value: value == EvaluationSection())
    champion: ChampionSection = Field(default=ChampionSection(), exclude_if=lambda value: value == ChampionSection())
    callbacks: list[CallbackSection] = Field(default_factory=list)
    search: SearchSection = SearchSection()
    executor: ExecutorSection = ExecutorSection()

    def refuse_searched_secrets(self) -> None:
        """Check that no searched parameter is a secret, before a study of this experiment is created.

        Raises:
            ExperimentError: If the name or a choice of one is a secret's.
        """
        for name, entry in self.space.searched_model.items():
            texts = [choice for choice in entry.choices if isinstance(choice, str)] if isinstance(entry, CategoricalParameter) else []
            if texts and (is_secret_name(name) or any(redact(text) != text for text in texts)):
                raise ExperimentError(
                    f'space.model.{name}: a secret cannot be searched, since the choices are stored; write {name} = "env:NAME", '
                    "the name of an environment variable, or give the argument another name if it is no secret"
                )

    @model_validator(mode="after")
    def _check_ensemble(self) -> Self:
        if self.champion.ensemble == "none" and self.evaluation.folds == 1 < self.evaluation.repeats:
            raise ValueError('champion.ensemble = "none" trains one model on the rows of all folds, but there are repeats and no folds; leave it out')
        return self

    @model_validator(mode="after")
    def _check_first(self) -> Self:
        for number, given in enumerate(self.search.first):
            try:
                to_params(self.space.searched, given)
            except ValueError as error:
                raise ValueError(f"search.first.{number}: {error}") from None
        return self

    @model_validator(mode="after")
    def _check_pruner_options(self) -> Self:
        if self.search.pruner == "auto" and self.search.pruner_options:
            raise ValueError('search.pruner_options need the pruner that they are of; write its name, such as pruner = "median"')
        return self

    def model_post_init(self, _context: object) -> None:
        """Hide the secrets among the arguments from whatever this process shows."""
        self.remember_secrets()

    def remember_secrets(self) -> None:
        """Hide the secrets among the arguments from whatever this process shows; for a process that was sent the experiment."""
        tables = (self.data.arguments, fixed(self.space.model), self.search.sampler_options, self.search.pruner_options)
        for arguments in (*tables, *(callback.arguments for callback in self.callbacks)):
            remember_arguments(arguments)

    def without_secrets(self, *, keeps_references: bool = True) -> "Experiment":
        """Return the experiment as it is stored and tracked, with ``***`` in place of secrets.

        Args:
            keeps_references: Whether "env:NAME" is kept as the value of a secret argument. Defaults to True.
        """

        def masked(arguments: Mapping[str, Any]) -> dict[str, Any]:
            return dict(mask(arguments, keeps_references=keeps_references))

        options = {name: masked(getattr(self.search, name)) for name in ("sampler_options", "pruner_options")}
        changes = {
            "data": self.data.model_copy(update=masked(self.data.arguments)),
            "space": self.space.model_copy(update={"model": self.space.model | masked(fixed(self.space.model))}),
            "callbacks": [callback.model_copy(update=masked(callback.arguments)) for callback in self.callbacks],
            "search": self.search.model_copy(update=options),
        }
        return self.model_copy(update=changes)

    @property
    def ranked_by(self) -> ObjectiveSection:
        """The metric, with its direction, that decides which trial is the best one."""
        by = self.champion.by
        return self.objective if by in (None, self.objective.metric) else ObjectiveSection(metric=by, direction=direction_of(by))

    @property
    def pruner(self) -> str:
        """The pruner's name or reference; that which "auto" chooses.

        It is "halving" where that finds good trials in fewer epochs (`experiments/benchmarks/SEARCH.md`): its first rung is at a ninth of
        the epochs, and needs trials to compare. Trials of several executions are stopped by the race, and those of few epochs not at all.
        """
        if self.search.pruner != "auto":
            return self.search.pruner
        is_single = self.evaluation.n_executions == 1 and not self.search.reproducible
        is_long = self.space.max_epochs >= _MIN_EPOCHS and self.search.n_trials >= _MIN_TRIALS
        return "halving" if is_single and is_long else "none"

    @property
    def needs_refit(self) -> bool:
        """Whether the best trial is trained once more for the champion, on the rows of all folds."""
        return self.champion.ensemble == "none" and self.evaluation.folds > 1

    @property
    def n_kept_trials(self) -> int:
        """Number of best trials whose models are kept in the study's folder: those of the champion at least."""
        return max(self.search.keep_models, self.champion.n_trials, self.champion.confirm)

    @property
    def identity(self) -> dict[str, Any]:
        """The parts that may not change when a study continues: all but name, search and executor, and no secrets."""
        return self.without_secrets(keeps_references=False).model_dump(mode="json", exclude={"name", "search", "executor"})

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the identity, 16 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()[:16]


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
    tables = dict(_tables(Experiment, ())) | {"[space.training]": TrainingSettings}
    keys = [(key, path) for path, table in tables.items() for key in table.model_fields]
    counts = Counter(key for key, _ in keys)
    return {key: path or "the top of the file" for key, path in keys if counts[key] == 1}


def _tables(table: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield f"[{'.'.join(path)}]" if path else "", table
    for key, field in table.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _tables(field.annotation, (*path, key))
