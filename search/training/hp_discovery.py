"""Finds the search space of a builder of Keras Tuner: builds models until it asks for no new hyperparameter, and trains none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import keras
import numpy as np

from ..errors import ExperimentError, TrialError
from ..experiment.hp_builders import HP
from ..experiment.objects import of_compile
from ..experiment.parameters import CategoricalParameter, Searched, Value
from ..experiment.search_space import SearchSpace
from ..experiment.settings import Loss, TrainingSettings
from ..user_code import user_code
from .discovered import Discovered
from .failures import reason_of
from .hp_fits import TriedFit
from .model.compiled_metrics import compiled_metrics
from .model.compiled_settings import compiled_loss, compiled_settings
from .model.hyperparameters import new_hyperparameters

MOST_BUILDS, ENOUGH = 48, 10
"""Models that are built at most, and with random hyperparameters in a row that ask for nothing new."""
_MOST_VALUES = 64
"""Whole numbers of a hyperparameter on which another one may depend."""


@dataclass(frozen=True)
class Written:
    """What an experiment says of the hyperparameters of a builder.

    Attributes:
        fixed: Those that are not searched. Defaults to none.
        entries: The entries of ``[space.model]`` of those that are searched. Defaults to none.
        space: The search space that has them. Defaults to an empty one.
        has_defaults: Whether those that it says nothing of have their defaults, and are not searched. Defaults to False.
    """

    fixed: Mapping[str, Value] = field(default_factory=dict)
    entries: Mapping[str, Any] = field(default_factory=dict)
    space: SearchSpace = field(default_factory=lambda: SearchSpace({}))
    has_defaults: bool = False

    def draw(self, random: np.random.Generator) -> dict[str, Value]:
        """Return a value of each that exists, at random."""
        drawn = self.space.draw(random) if self.entries else {}
        return {name: value for name, value in drawn.items() if name in self.entries} | dict(self.fixed)

    def within(self, parent: str, values: Sequence[Value]) -> list[Value]:
        """Return those of a hyperparameter's values that the experiment allows."""
        of = self.space.get(parent) if parent in self.entries else None
        return [value for value in values if of is None or _allows(of, value)]


@dataclass
class _Build:
    """One model that was built: the hyperparameters that it asked for, with their values, and what it is compiled with."""

    values: Mapping[str, Value]
    loss: str
    metrics: Sequence[Any]


@dataclass
class _Discovery:
    """The models that were built so far, and what they asked for."""

    function: Callable[..., Any]
    written: Written
    arguments: Mapping[str, Any]
    where: str
    fit: TriedFit | None
    found: dict[str, list[Any]] = field(default_factory=dict)
    """Keras Tuner's hyperparameters by name; one may be declared under several conditions."""
    builds: list[_Build] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    inactive: list[Any] = field(default_factory=list)
    """Scopes of conditions that no build was in."""
    seen: list[Any] = field(default_factory=list)
    """Names and values of all such scopes."""
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def run(self) -> None:
        self._build({})
        while self.inactive and len(self.builds) + len(self.failures) < MOST_BUILDS:
            self._build({condition.name: condition.values[0] for condition in self.inactive.pop(0)})
        self._build({name: _largest(of[0]) for name, of in self.found.items()})
        n_in_a_row = 0
        while n_in_a_row < ENOUGH and len(self.builds) + len(self.failures) < MOST_BUILDS:
            n_before = len(self.found)
            self._build({name: of[0].random_sample(int(self.random.integers(2**31))) for name, of in self.found.items()})
            n_in_a_row = n_in_a_row + 1 if len(self.found) == n_before else 0

    def _build(self, values: Mapping[str, Value]) -> None:
        hp = new_hyperparameters({**values, **self.written.draw(self.random)})
        try:
            with user_code():
                model = self.function(**{HP: hp}, **self.arguments)
                loss = _loss(model, self.where, is_own=self.fit is not None)
                metrics = compiled_metrics(model) if self.fit is None else []
                if self.fit is not None:
                    self.fit(model, hp)
        except ExperimentError:
            raise
        except TrialError as error:
            raise ExperimentError(f"{self.where}: {error}") from None
        except Exception as error:  # whatever a builder raises for values that do not fit together
            self.failures.append(reason_of(error))
            self._learn(hp)
            return
        self._learn(hp)
        active = [of for of in hp.space if hp.is_active(of)]
        values = {of.name: hp.values[of.name] for of in active}
        self.builds.append(_Build(values, loss, metrics))
        keras.utils.clear_session(free_memory=False)

    def _learn(self, hp: Any) -> None:
        for of in hp.space:
            known = self.found.setdefault(of.name, [])
            if of.conditions not in [other.conditions for other in known]:
                known.append(of)
        for scope in hp.inactive_scopes:
            names = [(condition.name, tuple(condition.values)) for condition in scope]
            if names not in self.seen:
                self.seen.append(names)
                self.inactive.append(scope)


def discover(function: Callable[..., Any], written: Written, arguments: Mapping[str, Any], where: str, fit: TriedFit | None = None) -> Discovered:
    """Build models with different hyperparameters, and return what the builder asks for.

    A hyperparameter that is declared under conditions has them as ``when``. One that is asked for in some builds only, as in a loop over
    layers, gets the condition on another one that all builds agree with, if there is one.

    Args:
        function: What `to_function` returned.
        written: What the experiment says of them.
        arguments: The function's further arguments.
        where: Start of an error message.
        fit: The hypermodel's own ``fit``, which asks too. Defaults to None.

    Raises:
        ExperimentError: If no model can be built, a hyperparameter cannot be searched, or models are compiled in ways that differ.
    """
    discovery = _Discovery(function, written, arguments, where, fit)
    discovery.run()
    if not discovery.builds:
        raise ExperimentError(f"{where}: no model can be built: {discovery.failures[0]}")
    if unknown := sorted({*written.fixed, *written.entries} - discovery.found.keys()):
        raise ExperimentError(f'{where}: it asks for no "{unknown[0]}"; it asks for {", ".join(discovery.found)}')
    entries = {**written.fixed, **written.entries}
    for name, declared in discovery.found.items():
        if name not in entries:
            when = {parent: written.within(parent, values) for parent, values in _conditions(name, declared, discovery).items()}
            if all(when.values()):  # else it exists in no trial
                entries[name] = declared[0].default if written.has_defaults else _entry(declared[0], when, where)
    losses = {build.loss for build in discovery.builds}
    if len(losses) > 1:
        raise ExperimentError(f"{where}: models are compiled with different losses ({', '.join(sorted(of or 'none' for of in losses))}); use one")
    loss = losses.pop()
    metrics = [metric for build in discovery.builds for metric in build.metrics]
    metrics = [metric for index, metric in enumerate(metrics) if metric not in metrics[:index]]
    named = loss if loss in ("", "auto", *get_args(Loss)) else of_compile("loss")
    return Discovered(entries, named, metrics, None if fit is None else fit.given)


def _loss(model: Any, where: str, *, is_own: bool) -> str:
    """Return the loss that a model is compiled with; empty if it is not compiled. One that is trained by its own ``fit`` may have any.

    A loss without a name in ``[space.training]`` is a reference, which may be inside a function.
    """
    if not isinstance(model, keras.Model):
        raise ExperimentError(f"{where} returned {type(model).__name__}, expected keras.Model")
    if not model.compiled:
        return ""
    return compiled_loss(model) if is_own else str(compiled_settings(model, TrainingSettings()).loss)


def _entry(declared: Any, when: Mapping[str, Any], where: str) -> Any:
    """Return the entry of a hyperparameter in ``[space.model]``."""
    kind, config = type(declared).__name__, declared.get_config()
    needed = {"when": dict(when)} if when else {}
    if kind == "Fixed":
        return config["value"]
    if kind == "Boolean":
        return {"type": "categorical", "choices": [False, True], **needed}
    if kind == "Choice":
        return {"type": "categorical", "choices": list(config["values"]), **needed}
    sampling, step = config["sampling"], config["step"]
    if sampling == "reverse_log" or (sampling == "log" and step not in (None, 1)):
        how = f'sampling = "{sampling}"' + ("" if step is None else f" with step = {step}")
        raise ExperimentError(f'{where}: "{declared.name}" has {how}, which is not supported; declare it with "linear" or "log", or as a choice')
    log = {"log": True} if sampling == "log" else {}
    stepped = {} if step is None or log or (kind == "Int" and step == 1) else {"step": step}
    return {"type": kind.lower(), "low": config["min_value"], "high": config["max_value"], **log, **stepped, **needed}


def _conditions(name: str, declared: Sequence[Any], discovery: _Discovery) -> dict[str, list[Value]]:
    """Return ``when`` of a hyperparameter: its declared conditions, else one that all builds agree with."""
    scopes = [{condition.name: list(condition.values) for condition in of.conditions} for of in declared]
    if all(scopes):
        common = set.intersection(*(set(scope) for scope in scopes))
        return {parent: list(dict.fromkeys(value for scope in scopes for value in scope[parent])) for parent in sorted(common)}
    if any(scopes):
        return {}
    asked = [build.values for build in discovery.builds if name in build.values]
    others = [build.values for build in discovery.builds if name not in build.values]
    if not others:
        return {}
    for parent, of in discovery.found.items():
        if parent != name and (possible := _possible(of[0])) and all(parent in values for values in (*asked, *others)):
            with_it, without = {values[parent] for values in asked}, {values[parent] for values in others}
            if not with_it & without:
                return {parent: list(_agreeing(possible, with_it, without))}
    return {}


def _agreeing(possible: Sequence[Value], with_it: set[Any], without: set[Any]) -> Iterator[Value]:
    """Yield the values of the other hyperparameter with which this one exists; of whole numbers also those between and beyond."""
    is_whole = all(isinstance(value, int) and not isinstance(value, bool) for value in possible)
    value: Any
    for value in possible:
        if is_whole and max(without) < min(with_it):
            exists = value > max(without)
        elif is_whole and min(without) > max(with_it):
            exists = value < min(without)
        else:
            exists = value not in without
        if exists:
            yield value


def _allows(searched: Searched, value: Any) -> bool:
    if isinstance(searched, CategoricalParameter):
        return value in searched.choices
    return isinstance(value, int | float) and searched.low <= value <= searched.high


def _possible(declared: Any) -> Sequence[Value]:
    """Return the values of a hyperparameter; none if there are too many."""
    kind, config = type(declared).__name__, declared.get_config()
    if kind == "Choice":
        return list(config["values"])
    if kind == "Boolean":
        return [False, True]
    if kind == "Int" and config["sampling"] == "linear":
        values = range(config["min_value"], config["max_value"] + 1, config["step"] or 1)
        return values if len(values) <= _MOST_VALUES else ()
    return ()


def _largest(declared: Any) -> Any:
    config = declared.get_config()
    return config.get("max_value", (config.get("values") or [config.get("default", config.get("value"))])[-1])
