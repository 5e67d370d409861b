"""The sections of an experiment file, without the search space."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ..errors import nearest
from . import shipped
from .objects import ArgumentsTable, Reference, check_reference, or_object
from .plain_values import Listed
from .population import SAMPLERS
from .references import FORM
from .settings import Loss
from .stopping import StopSection
from .validation import Table, added_later, invalid


def _check_part(parts: Callable[[], Mapping[str, shipped.Part]], value: object) -> object:
    """Return the reference of a short name; a reference is returned as it is."""
    if not isinstance(value, str) or not value.isidentifier():
        return check_reference(value)
    if value not in parts():
        raise invalid(f'expected a short name or a reference "package.module:name"; {nearest(value, parts())}')
    return parts()[value].reference


def _schema_of(parts: Callable[[], Mapping[str, shipped.Part]]) -> Callable[[dict[str, Any]], None]:
    return lambda schema: schema.update(anyOf=[{"enum": sorted(parts())}, {"pattern": FORM}])


def _check_columns(columns: list[str]) -> list[str]:
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if not columns or twice is not None:
        raise invalid(f'"{twice}" is listed twice; write it once' if columns else "expected at least one column")
    return columns


def _check_output_name(name: str) -> str:
    if not name.isidentifier():
        raise invalid('expected the name of a model\'s output in letters, digits and "_", such as "main"')
    return name


BuilderReference = Annotated[str, BeforeValidator(partial(_check_part, shipped.builders)), Field(json_schema_extra=_schema_of(shipped.builders))]
LoaderReference = Annotated[str, BeforeValidator(partial(_check_part, shipped.loaders)), Field(json_schema_extra=_schema_of(shipped.loaders))]


class DataSection(ArgumentsTable):
    """``[data]``: the data set.

    Attributes:
        loader: Short name of a shipped loader, such as "csv" (`perceptune data` lists them), or reference to a function that
            returns the data, such as "experiments.datasets:csv". Every other key is an argument of that function; the text
            "env:NAME" is the value of an environment variable.
    """

    loader: Annotated[LoaderReference, Field(examples=["csv", "experiments.datasets:diabetes"])]


class CallbackSection(ArgumentsTable):
    """``[[callbacks]]``: a Keras callback of every trial.

    Attributes:
        use: Reference to a `keras.callbacks.Callback`, such as "keras.callbacks:EarlyStopping". Every other key is an
            argument of it; a table { use = "module:name" } as an argument is the object of that name, and the text
            "env:NAME" the value of an environment variable. In other text,
            "{trial}" is the trial's number and "{study_folder}" the study's folder. A relative path lies in the
            study's folder under callbacks/{trial}.
    """

    use: Annotated[Reference, Field(examples=["keras.callbacks:EarlyStopping"])]


class PreprocessingSection(Table):
    """``[preprocessing]``: how table columns and targets are transformed, fitted on the training part only.

    Columns to leave out are looked for in all parts.

    Attributes:
        numeric: "standard" (mean 0, variance 1), "minmax" (0 to 1) or "none". Defaults to "standard".
        categorical: How text columns are encoded: "onehot" (one column per value; unseen values are all 0, or "other" if there is such
            a column), "ordinal", "target" (the mean target of a value's rows, drawn towards that of all rows, then scaled as numbers are;
            one column per class of several; a row of the training part is encoded without its own target) or "hash" (each value is 1
            or -1 in one of `n_hash_buckets` columns). Defaults to "onehot".
        missing: How gaps in numeric columns are filled: "median" or "mean". Defaults to "median".
        missing_text: What gaps in text columns become: "most_frequent" value, or a "category" of their own. Defaults to
            "most_frequent".
        max_categories: Largest number of categories of a text column that is "onehot" or "ordinal", at least 2: its most frequent
            values, and one category for all others. Defaults to 50.
        n_hash_buckets: Number of columns that a text column with "hash" becomes, 2 to 4096. Defaults to 32.
        columns: The type of a column, by its name, in place of the one found: "numeric", "text", "date", text that is encoded by
            "onehot", "ordinal", "target" or "hash" whatever `categorical` is, "tokens", the numbers of its words in their order, or "drop" to
            leave it out. Columns of identifiers and of running text are left out unless they are named here. Defaults to none.
        max_words: Largest number of words that are told apart in a column of "tokens", the most frequent ones, at least 1. Defaults to 20,000.
        max_tokens: Largest number of words of a row of it, the first ones, at least 1. Defaults to 200.
        inputs: Columns of each input of a model with several inputs, by the input's name; a column may belong to more than
            one, and a column of none is not used. Defaults to one input of all columns.
        target: How the target of a regression is scaled for training: "standard" (mean 0, variance 1), "log" (so the logarithm of
            1 + target) or "none". The loss is that of the scaled target; predictions and all other metrics are in the target's own
            units. Defaults to "standard".
        arrays: How rows that are arrays, such as images, are scaled: "pixels" (0 to 255 become 0 to 1), "standard" (mean 0, variance 1 of
            each position of the last axis: a channel, a feature), "none", or "auto", which is "pixels" for arrays of bytes (uint8), "standard"
            for windows of a series, and else "none". Defaults to "auto".
    """

    numeric: Literal["standard", "minmax", "none"] = "standard"
    categorical: Literal["onehot", "ordinal", "target", "hash"] = "onehot"
    missing: Literal["median", "mean"] = "median"
    missing_text: Literal["most_frequent", "category"] = added_later("most_frequent")
    max_categories: Annotated[int, Field(ge=2)] = added_later(50)
    n_hash_buckets: Annotated[int, Field(ge=2, le=4096)] = added_later(32)
    columns: dict[str, Literal["numeric", "text", "date", "onehot", "ordinal", "target", "hash", "tokens", "drop"]] = added_later({})
    max_words: Annotated[int, Field(ge=1)] = added_later(20_000)
    max_tokens: Annotated[int, Field(ge=1)] = added_later(200)
    inputs: dict[str, Annotated[list[str], AfterValidator(_check_columns)]] = Field(default_factory=dict)
    target: Literal["standard", "log", "none"] = added_later("standard")
    arrays: Literal["auto", "none", "pixels", "standard"] = added_later("auto")


_Column = Annotated[str, Field(min_length=1)]


class OutputSection(Table):
    """``[outputs.<name>]``: one output of the model; each of several outputs has a table with its name.

    Attributes:
        target: The target column that it predicts, or several of numbers or of labels, one for each unit of the output. Defaults to the column of
            the output's name, or else the only target.
        loss: Keras' name of its loss, or an object by reference; "auto" is that of [space.training]. Defaults to "auto".
        weight: Factor of its loss in the sum of all losses, at least 0. Defaults to 1.
        metrics: Further metrics to compute at each epoch, without the output's name, or objects by reference. Defaults to none.
    """

    target: _Column | Annotated[list[_Column], AfterValidator(_check_columns)] | None = None
    loss: or_object(Literal["auto", Loss]) = "auto"  # type: ignore[valid-type]
    weight: Annotated[float, Field(ge=0)] = 1.0
    metrics: list[or_object(str)] = Field(default_factory=list)  # type: ignore[valid-type]


OutputName = Annotated[str, AfterValidator(_check_output_name)]


_SAMPLERS = ["auto", "random", "tpe", "qmc", "grid", "gp", "cmaes", "nsgaii", "kt-random", "kt-bayesian", "kt-grid", *SAMPLERS]
_PRUNERS = ["auto", "none", "median", "percentile", "halving", "asha", "hyperband", "patient"]


def _completed_by(names: list[str]) -> dict[str, Any]:
    """Return a schema that lets editors complete the names; `search.samplers` and `search.pruners` check them."""
    return {"anyOf": [{"enum": names}, {"pattern": FORM}]}


class SearchSection(Table):
    """``[search]``: sampler, pruner, number of trials, limits.

    Attributes:
        sampler: "auto" ("gp" for at most 200 trials of one objective, else "tpe", as for a function), "random", "tpe", "qmc", "grid", "gp",
            "cmaes", "nsgaii", "kt-random", "kt-bayesian", "kt-grid", "pbt" (population-based training: a trial is some epochs of a member),
            "pbt-replay" (one training by the schedule that "pbt" has found), or a reference to an Optuna sampler. Defaults to "auto".
        sampler_options: The sampler's further arguments. Defaults to none.
        pruner: "auto" ("halving" if trials are single trainings of many epochs and many, with one objective and no limits, "median" for a
            function and for a hypermodel with a fit() of its own, else "none"), "none", "median", "percentile", "halving", "asha", "hyperband",
            "patient", or a reference to an Optuna pruner; "asha" pauses trials with a checkpoint, and lets the best continue. Defaults to "auto".
        pruner_options: The pruner's further arguments. Defaults to none.
        duplicates: "resample" (a combination of a finite space that was tried is proposed again by no sampler; the search ends once all were),
            or "repeat". "grid", "gp" and Keras Tuner's samplers never repeat, samplers by reference do as they do. Defaults to "resample".
        n_trials: Trials in total. Defaults to 40.
        timeout_seconds: After this time no trial is started; left out means no limit.
        max_failures_in_a_row: Number of consecutive failures, on one worker or for one reason, that ends the study; 0 means
            no limit. Defaults to 10.
        seed: Seed of the study, from which each trial's seed follows, 0 to 2**32 - 1. Defaults to 0.
        keep_models: Number of best trials whose models are kept in the study's folder, at least 1, or as many as [champion] needs. Defaults to 1.
        disk_quota_bytes: Largest size of kept models and checkpoints: the worst models are removed first, the best one
            never; a champion averages, and `confirm` trains again, only trials whose models are left. Left out means no limit.
        reproducible: Whether the same trials and the same winner follow from the seed, whatever the number of workers and however often the
            search is killed: trials are proposed in generations of 8. A pruner and [search.stop] cannot be used. Defaults to false.
        stop: What ends the search before all its trials. Defaults to nothing.
        first: Hyperparameters that are tried first, a table for each trial; the sampler chooses those that it lacks. Defaults to none.
        learn_from: Names of earlier studies, whose three best trials each are tried first, as far as their hyperparameters are in this
            space. Defaults to none.
        baselines: Whether simple models (the commonest class or the mean, logistic or linear regression, gradient boosting) are fitted too
            and measured on the test part, beside the champion. Defaults to false.
    """

    sampler: Annotated[str, Field(json_schema_extra=_completed_by(_SAMPLERS))] = "auto"
    sampler_options: dict[str, Any] = Field(default_factory=dict)
    pruner: Annotated[str, Field(json_schema_extra=_completed_by(_PRUNERS))] = "auto"
    pruner_options: dict[str, Any] = Field(default_factory=dict)
    duplicates: Literal["resample", "repeat"] = added_later("resample")
    n_trials: Annotated[int, Field(ge=1)] = 40
    timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    max_failures_in_a_row: Annotated[int, Field(ge=0)] = 10
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    keep_models: Annotated[int, Field(ge=1)] = 1
    disk_quota_bytes: Annotated[int, Field(ge=1)] | None = None
    reproducible: bool = added_later(False)
    baselines: bool = added_later(False)
    stop: StopSection = added_later(StopSection())
    first: list[dict[str, Listed]] = added_later([])
    learn_from: list[str] = added_later([])

    @model_validator(mode="after")
    def _check_reproducible(self) -> Self:
        by_time = f'pruner = "{self.pruner}"' if self.pruner not in ("auto", "none") else "[search.stop]" if self.stop != StopSection() else None
        if self.reproducible and (self.first or self.learn_from):
            raise ValueError("reproducible = true excludes first and learn_from, since trials follow from the seed alone; leave one of them out")
        if self.reproducible and by_time:
            raise ValueError(f"reproducible = true excludes {by_time}, which decides by what ends first; leave one of them out")
        return self

    @property
    def may_repeat(self) -> bool:
        """Whether a combination may be proposed again; a sampler by reference decides that itself, and one of intervals continues some."""
        return self.duplicates == "repeat" or ":" in self.sampler or self.sampler in SAMPLERS
