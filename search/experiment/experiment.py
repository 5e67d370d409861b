"""The whole experiment, with what its sections say together; `search.experiment.file` reads it."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ..errors import ExperimentError
from ..redaction import mask, redact
from ..secret_values import is_secret_name, remember_arguments
from .champion import ChampionSection
from .completion import complete
from .directions import Direction, direction_of
from .evaluation import EvaluationSection
from .executor_section import ExecutorSection
from .first_trials import to_asked, to_params
from .function_objective import FunctionSection, Objectives, function_of
from .initial import InitialSection
from .objectives import COSTS, Limits, ObjectiveSection, violation
from .objects import arguments_in, names_of, with_arguments
from .parameters import Value
from .population import SAMPLERS
from .sections import BuilderReference, CallbackSection, DataSection, OutputName, OutputSection, PreprocessingSection, SearchSection
from .space import CategoricalParameter, Space, fixed
from .together import check_together
from .validation import Table, added_later, invalid

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
MAX_GP_TRIALS = 200
"""The largest number of trials for which "auto" is "gp": its proposals get slower with each trial, those of "tpe" hardly do."""
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
        initial: The weights that trials start from, and the layers that are not trained. Defaults to those of the builder, all trained.
        outputs: The model's outputs, if it has several or one needs another loss. Defaults to one output for the only target.
        space: Every hyperparameter.
        objective: The metric to optimize and its direction; as [[objective]] several metrics and costs, of which trials are sought that are
            the best compromises. The first one decides at which epoch a trial is at its best. Or a function as those of Optuna, such as
            objective = "mine:objective", which needs neither model nor data.
        limits: The worst value that is accepted of a cost or a "val_" metric, by its name, such as n_parameters = 50_000 or
            val_recall = 0.9; a trial beyond a limit is never the best one, and not trained if its model tells before. Defaults to none.
        evaluation: Folds and repeats of each trial. Defaults to one training, measured on the data set's own validation part.
        champion: Which trial is the best one, and which models are served. Defaults to the best value of the objective.
        callbacks: Keras callbacks of every trial. Defaults to none.
        search: Sampler, pruner, number of trials, limits.
        executor: Where trials run, and their limits.
    """

    model_config = ConfigDict(serialize_by_alias=True)
    name: Annotated[str, AfterValidator(_check_name), Field(json_schema_extra={"pattern": _NAME})]
    model: Annotated[BuilderReference, Field(examples=["mlp", "models.mlp:build_mlp"])]
    data: Annotated[DataSection, Field(examples=[{"loader": "csv"}])]
    preprocessing: PreprocessingSection = PreprocessingSection()
    initial: InitialSection = added_later(InitialSection())
    outputs: dict[OutputName, OutputSection] = Field(default_factory=dict)
    space: Space = Space()
    written_objectives: Annotated[Objectives, Field(alias="objective", examples=[{"metric": "val_accuracy", "direction": "maximize"}])]
    limits: Limits = added_later({})
    evaluation: EvaluationSection = added_later(EvaluationSection())
    champion: ChampionSection = added_later(ChampionSection())
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

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        return complete(given) if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        check_together(self)
        return self

    @property
    def obstacle_to_pausing(self) -> str:
        """Why trials cannot continue from a checkpoint after a pause; empty if they can."""
        if self.evaluation.n_executions > 1:
            return "trials of several executions (evaluation.folds, evaluation.repeats) cannot; they have evaluation.race"
        if self.function is not None:
            return "functions cannot, since they train from the beginning"
        if self.space.own_fit is not None:
            return "hypermodels with a fit() of their own cannot, since it trains from the beginning"
        without = "" if self.executor.checkpoint_seconds else "need checkpoints, but executor.checkpoint_seconds = 0"
        return "trials with [[callbacks]] cannot, since Keras saves no callback's state" if self.callbacks else without

    def model_post_init(self, _context: object) -> None:
        """Hide the secrets among the arguments from whatever this process shows."""
        self.remember_secrets()

    def remember_secrets(self) -> None:
        """Hide the secrets among the arguments from whatever this process shows; for a process that was sent the experiment."""
        for arguments in (fixed(self.space.model), self.search.sampler_options, self.search.pruner_options, *arguments_in(self)):
            remember_arguments(arguments)

    def without_secrets(self, *, keeps_references: bool = True) -> "Experiment":
        """Return the experiment as it is stored and tracked, with ``***`` in place of secrets.

        Args:
            keeps_references: Whether "env:NAME" is kept as the value of a secret argument. Defaults to True.
        """

        def masked(arguments: Mapping[str, Any]) -> dict[str, Any]:
            return dict(mask(arguments, keeps_references=keeps_references))

        shown: Experiment = with_arguments(self, masked)
        search = shown.search.model_copy(update={of: masked(getattr(self.search, of)) for of in ("sampler_options", "pruner_options")})
        space = shown.space.model_copy(update={"model": self.space.model | masked(fixed(self.space.model))})
        return shown.model_copy(update={"space": space, "search": search})

    @property
    def objectives(self) -> list[ObjectiveSection]:
        """The objectives, at least one."""
        written = self.written_objectives
        if isinstance(written, FunctionSection):
            return written.objectives
        return written if isinstance(written, list) else [written]

    @property
    def function(self) -> str | None:
        """The reference of the function that is the objective, which loads data and trains itself; None if a model is built and trained here."""
        function: str | None = function_of(self.written_objectives)
        return function

    @property
    def objective(self) -> ObjectiveSection:
        """The first objective, by which epochs are compared, and trials if no other is asked for."""
        return self.objectives[0]

    def to_params(self, given: Mapping[str, Any]) -> dict[str, Value]:
        """Return given hyperparameters as a trial has them; see `search.experiment.first_trials`.

        Raises:
            ValueError: If they are not valid.
        """
        return (to_params if self.function is None else to_asked)(self.space.searched, given)

    @property
    def is_constrained_or_multi_objective(self) -> bool:
        """Whether the objective's value alone does not tell which of two trials is better: there are several objectives, or limits."""
        return len(self.objectives) > 1 or bool(self.limits)

    @property
    def compared_by(self) -> str:
        """What decides beside the objective's value which trial is the best one, such as ``limits latency_ms 5``; empty for nothing."""
        texts = [f"limits {', '.join(f'{name} {limit:g}' for name, limit in self.limits.items())}"] if self.limits else []
        if self.champion.tolerance:
            texts.append(f"the best {self.objectives[1].metric} within {self.champion.tolerance:g}")
        return ", ".join(texts)

    @property
    def costs(self) -> list[str]:
        """The costs of trials that objectives and limits are about."""
        names = [*(objective.metric for objective in self.objectives), *self.limits]
        return [name for name in COSTS if name in names]

    @property
    def compared_metrics(self) -> list[str]:
        """The metrics that objectives and limits are about, such as ``val_accuracy``, that of the first objective first."""
        named = [*(objective.metric for objective in self.objectives), *self.limits]
        return list(dict.fromkeys(name for name in named if name not in COSTS))

    @property
    def metrics(self) -> list[str]:
        """The same metrics and the further ones that are asked for, without ``val_``."""
        further = [name for objective in self.objectives for name in names_of(objective.metrics)]
        return list(dict.fromkeys([*(name.removeprefix("val_") for name in self.compared_metrics), *further]))

    @property
    def measures(self) -> list[str]:
        """What trials are compared by beside the first objective: metrics such as ``val_recall``, and costs."""
        return [*self.compared_metrics[1:], *self.costs]

    def compared(self, measures: Mapping[str, float]) -> dict[str, float]:
        """Return what a trial is compared by beside the first objective, given its metrics and costs, as far as they are known."""
        return {name: measures[name] for name in self.measures if name in measures}

    def beyond_limits(self, measures: Mapping[str, float]) -> list[str]:
        """Return the names of the limits that a trial is beyond, given its metrics and costs, as far as they are known."""
        return [name for name, over in self.violations(measures).items() if over > 0]

    def violations(self, measures: Mapping[str, float]) -> dict[str, float]:
        """Return how far a trial is beyond each limit, as a part of the limit, as far as that is known; at most 0 if it is within it."""
        return {name: violation(measures[name], limit, self.direction_of(name)) for name, limit in self.limits.items() if name in measures}

    def direction_of(self, name: str) -> Direction:
        """Return the direction of a metric or cost: that of its objective, or else the one that its name tells."""
        given = {objective.metric: objective.direction for objective in self.objectives}
        return given.get(name) or direction_of(name)

    @property
    def ranked_by(self) -> ObjectiveSection:
        """The metric, with its direction, that decides which trial is the best one."""
        by = self.champion.by
        return self.objective if by in (None, self.objective.metric) else ObjectiveSection(metric=by, direction=self.direction_of(by))

    def sampler_for(self, n_trials: int) -> str:
        """Return the sampler's name or reference; that which "auto" chooses for so many trials.

        It is "gp" where that finds better trials and proposes quickly beside a training (`experiments/benchmarks/SEARCH.md`), and knows all
        hyperparameters before the first trial.
        """
        if self.search.sampler != "auto":
            return self.search.sampler
        is_known = self.function is None or bool(self.space.searched_model)
        return "gp" if is_known and len(self.objectives) == 1 and n_trials <= MAX_GP_TRIALS else "tpe"

    @property
    def pruner(self) -> str:
        """The pruner's name or reference; that which "auto" chooses.

        It is "halving" where that finds good trials in fewer epochs (`experiments/benchmarks/SEARCH.md`): its first rung is at a ninth of
        the epochs, and needs trials to compare. Trials of several executions are stopped by the race, and those of few epochs not at all.
        Trials whose epochs nobody knows before are stopped by "median", as Optuna does.
        """
        if self.search.pruner != "auto":
            return self.search.pruner
        if self.search.sampler in SAMPLERS:  # which continue each trial themselves
            return "none"
        is_single = self.evaluation.n_executions == 1 and not self.search.reproducible and not self.is_constrained_or_multi_objective
        if not self.max_epochs:
            return "median" if is_single else "none"
        is_long = self.space.max_epochs >= _MIN_EPOCHS and self.search.n_trials >= _MIN_TRIALS
        return "halving" if is_single and is_long else "none"

    @property
    def max_epochs(self) -> int:
        """The largest number of epochs of a trial; 0 if nobody knows it, as of a function, and of a hypermodel that trains by its own ``fit``."""
        return self.space.max_epochs if self.function is None and self.space.own_fit is None else 0

    @property
    def step(self) -> str:
        """What a point of a trial's curve is: an epoch, or a report of a function."""
        return "epoch" if self.function is None else "report"

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
