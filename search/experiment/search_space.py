"""What a trial's hyperparameters are taken from: all that are searched, under which conditions each exists, and the rules they obey.

It is flat: a hyperparameter with ``repeat`` has a name for each of its values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .parameters import CategoricalParameter, FloatParameter, IntParameter, Searched, Value
from .rules import Rule

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Params = Mapping[str, Value]

MAX_DRAWS = 10_000
"""Random combinations of which one at least must obey the rules."""


@dataclass(frozen=True)
class Condition:
    """A hyperparameter exists only in trials in which another one has one of some values.

    Attributes:
        parent: The other one.
        values: Its values.
        text: The condition, such as ``optimizer = sgd``.
    """

    parent: str
    values: tuple[Value, ...]
    text: str

    def holds(self, params: Params) -> bool:
        """Return whether a trial with these hyperparameters meets the condition."""
        return self.parent in params and params[self.parent] in self.values


class SearchSpace(Mapping[str, Searched]):
    """The searched hyperparameters by name, those that others depend on before these.

    Args:
        parameters: The hyperparameters.
        conditions: Those under which one exists, or a list of them, by name; all must hold. Defaults to none.
        lists: The names that a list's values have, by the name that the builder knows it by. Defaults to none.
        unused: Why a hyperparameter of the file exists in no trial, by name. Defaults to none.
        rules: What every combination obeys. Defaults to none.
        constants: The hyperparameters that are not searched, for the rules. Defaults to none.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        conditions: Mapping[str, tuple[Condition, ...]] | None = None,
        lists: Mapping[str, tuple[str, ...]] | None = None,
        unused: Mapping[str, str] | None = None,
        rules: Sequence[Rule] = (),
        constants: Params | None = None,
    ) -> None:
        self._parameters = dict(parameters)
        self.conditions = dict(conditions or {})
        self.lists = dict(lists or {})
        self.unused = dict(unused or {})
        self.rules = tuple(rules)
        self._constants = dict(constants or {})

    @classmethod
    def of(cls, parameters: Mapping[str, Searched]) -> "SearchSpace":
        """Return searched hyperparameters as a space, which has neither conditions nor rules if they are none yet."""
        return parameters if isinstance(parameters, SearchSpace) else cls(parameters)

    def __getitem__(self, name: str) -> Searched:
        """Return a hyperparameter."""
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._parameters)

    def __len__(self) -> int:
        """Return the number of hyperparameters."""
        return len(self._parameters)

    @cached_property
    def distributions(self) -> "dict[str, BaseDistribution]":
        """The hyperparameters as Optuna's distributions."""
        return to_distributions(self)

    @property
    def is_conditional(self) -> bool:
        """Whether a hyperparameter exists in some trials only."""
        return any(self.conditions.get(name) for name in self)

    @property
    def has_priors(self) -> bool:
        """Whether a hyperparameter has a value that is thought good."""
        return any(parameter.expected is not None for parameter in self.values())

    def exists(self, name: str, params: Params) -> bool:
        """Return whether a hyperparameter, or a list of them, exists in a trial with these others."""
        return name not in self.unused and all(condition.holds(params) for condition in self.conditions.get(name, ()))

    def existing(self, params: Params) -> dict[str, Value]:
        """Return those of some hyperparameters that exist in a trial."""
        found: dict[str, Value] = {}
        for name in self:
            if name in params and self.exists(name, found):
                found[name] = params[name]
        return found

    def is_complete(self, params: Params) -> bool:
        """Return whether a trial has all hyperparameters that exist in it."""
        return all(name in params for name in self if self.exists(name, params))

    def obeys(self, params: Params) -> bool:
        """Return whether a trial's hyperparameters obey the rules."""
        return self.broken_rule(params) is None

    def broken_rule(self, params: Params) -> Rule | None:
        """Return the first rule that a trial's hyperparameters break; None if they obey all."""
        values = self._named(params) if self.rules else {}
        return next((rule for rule in self.rules if not rule.holds(values)), None)

    def check_rules(self) -> None:
        """Check that the rules can be computed, and leave combinations over.

        Raises:
            ValueError: If one cannot be computed for a combination, or none of 10,000 random ones obeys all.
        """
        if not self.rules:
            return
        obeying = 0
        for _, params in zip(range(MAX_DRAWS), self._drawn(np.random.default_rng(0), {}), strict=False):
            values = self._named(params)
            outcomes = [_evaluated(rule, values) for rule in self.rules]  # of each rule, also behind one that is false
            obeying += all(outcomes)
            if obeying == _ENOUGH:
                return
        if not obeying:
            names = ", ".join(rule.name for rule in self.rules)
            raise ValueError(f"rules: none of {MAX_DRAWS:,} random combinations obeys {names}; correct them, or narrow the ranges so that more do")

    def draw(self, random: np.random.Generator) -> dict[str, Value]:
        """Return a random combination that obeys the rules; any, in the unlikely case that 10,000 do not."""
        return self.completed({}, random) or next(self._drawn(random, {}))

    def completed(self, given: Params, random: np.random.Generator) -> dict[str, Value] | None:
        """Return a random combination with given hyperparameters that obeys the rules; None if 10,000 do not."""
        return next((params for _, params in zip(range(MAX_DRAWS), self._drawn(random, given), strict=False) if self.obeys(params)), None)

    def at(self, end: int) -> dict[str, Value]:
        """Return a combination at one end of all ranges, 0 for the smallest values and -1 for the largest, or a random one if it breaks a rule."""
        params = self.existing({name: parameter.extremes[end] for name, parameter in self.items()})
        return params if self.obeys(params) else self.draw(np.random.default_rng(0))

    def _drawn(self, random: np.random.Generator, given: Params) -> Iterator[dict[str, Value]]:
        while True:
            yield self.existing({name: _draw(parameter, random) for name, parameter in self.items()} | dict(given))

    def _named(self, params: Params) -> dict[str, Any]:
        """Return all values that a rule may name: constants, hyperparameters, and lists that are not empty."""
        lists = {name: [params[of] for of in names if of in params] for name, names in self.lists.items()}
        return {**self._constants, **params, **{name: values for name, values in lists.items() if values}}


_ENOUGH = 100
"""Combinations that obey the rules, after which no more are drawn to check them."""


def _evaluated(rule: Rule, values: Mapping[str, Any]) -> bool:
    """Return whether values obey a rule, or raise a ValueError that says for which ones it cannot be computed."""
    try:
        return rule.evaluate(values)
    except (ArithmeticError, TypeError, ValueError) as error:
        shown = ", ".join(f"{name} = {values[name]}" for name in sorted(rule.names & values.keys()))
        raise ValueError(f'rules.{rule.name} = "{rule.expression}" cannot be computed for {shown}: {error}') from None


def to_distributions(parameters: Mapping[str, Searched]) -> "dict[str, BaseDistribution]":
    """Convert searched parameters to Optuna distributions.

    Args:
        parameters: Searched parameters by name.

    Returns:
        Distributions by the same names, in the same order. If no step ends at the top of a range, the range ends at the
        last step below it, as in Optuna, but without Optuna's warning.
    """
    return {name: _to_distribution(parameter) for name, parameter in parameters.items()}


def _to_distribution(parameter: Searched) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match parameter:
        case IntParameter():
            return IntDistribution(parameter.low, parameter.largest, log=parameter.log, step=parameter.step)
        case FloatParameter():
            return FloatDistribution(parameter.low, parameter.largest, log=parameter.log, step=parameter.step)
        case CategoricalParameter():
            return CategoricalDistribution(parameter.choices)


def to_parameter(distribution: "BaseDistribution") -> Searched:
    """Return the hyperparameter that an Optuna distribution is, which a function may have asked for; nothing is checked."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match distribution:
        case IntDistribution(low=low, high=high, log=log, step=step):
            return IntParameter.model_construct(type="int", low=low, high=high, log=log, step=step)
        case FloatDistribution(low=low, high=high, log=log, step=step):
            return FloatParameter.model_construct(type="float", low=low, high=high, log=log, step=step)
        case CategoricalDistribution(choices=choices):
            return CategoricalParameter.model_construct(type="categorical", choices=list[Any](choices))
    raise TypeError(f"{distribution} is not a distribution of Optuna's trials")


def _draw(parameter: Searched, random: np.random.Generator) -> Value:
    """Return a random value of a hyperparameter."""
    if isinstance(parameter, CategoricalParameter):
        return parameter.choices[random.integers(len(parameter.choices))]
    low, high = parameter.low, parameter.largest
    drawn = float(np.exp(random.uniform(np.log(low), np.log(high)))) if parameter.log else random.uniform(low, high)
    if parameter.step is not None and not parameter.log:
        n_steps = round((high - low) / parameter.step)
        drawn = min(low + parameter.step * int(random.integers(n_steps + 1)), high)
    return round(drawn) if isinstance(parameter, IntParameter) else min(max(drawn, low), high)
