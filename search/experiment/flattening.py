"""Makes the search space of an experiment's hyperparameters: lists become names for each value, ``when`` and ``repeat`` become conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import nearest
from .parameter_options import MAX_REPEATS
from .parameters import CategoricalParameter, FloatParameter, IntParameter, Searched, Value
from .rules import parse_rule
from .search_space import Condition, SearchSpace
from .toml import to_toml


def to_search_space(entries: Mapping[str, Searched], constants: Mapping[str, Value], rules: Mapping[str, str]) -> SearchSpace:
    """Make a search space.

    Args:
        entries: The searched hyperparameters as in the file, by name.
        constants: The others, by name.
        rules: Expressions by name.

    Raises:
        ValueError: If a condition, a repeat or a rule names what does not exist, or cannot be met.
    """
    space = _Flattening(entries, {name: value for name, value in constants.items() if name not in entries}).run()
    parsed = [parse_rule(name, expression) for name, expression in rules.items()]
    used = {name: value for name, value in constants.items() if name not in space and name not in space.lists}
    known = {*space, *space.lists, *space.unused, *used}
    for rule in parsed:
        for name in sorted(rule.names - known):
            raise ValueError(f'rules.{rule.name} = "{rule.expression}": there is no hyperparameter "{name}"; {nearest(name, known)}')
    return SearchSpace(space, space.conditions, space.lists, space.unused, parsed, used)


@dataclass
class _Flattening:
    """The work on one space."""

    entries: Mapping[str, Searched]
    constants: Mapping[str, Value]
    conditions: dict[str, tuple[Condition, ...]] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)

    def run(self) -> SearchSpace:
        parameters: dict[str, Searched] = {}
        for name in self._ordered():
            entry = self.entries[name]
            needed = list(self._needed(name, entry))
            if name in self.unused:
                continue
            self.conditions[name] = tuple(needed)
            if entry.repeat is None:
                parameters[name] = entry
                continue
            self.lists[name] = tuple(f"{name}_{number}" for number in range(1, self._n_repeats(name, entry) + 1))
            for number, of in enumerate(self.lists[name], start=1):
                if of in self.entries or of in self.constants:
                    raise ValueError(f'{name}: repeat = {to_toml(entry.repeat)} makes "{of}", which is another hyperparameter; rename one')
                parameters[of] = entry
                self.conditions[of] = (*needed, *self._at_least(entry.repeat, number))
        return SearchSpace(parameters, {name: of for name, of in self.conditions.items() if of}, self.lists, self.unused)

    def _ordered(self) -> list[str]:
        """Return the names, each behind those that it depends on, else in the order of the file."""
        waiting = {name: self._parents(name, entry) for name, entry in self.entries.items()}
        ordered: list[str] = []
        while waiting:
            free = next((name for name, parents in waiting.items() if not parents & waiting.keys()), None)
            if free is None:
                raise ValueError(f"{', '.join(waiting)}: each depends on another one by when or repeat, in a circle; remove one condition")
            ordered.append(free)
            del waiting[free]
        return ordered

    def _parents(self, name: str, entry: Searched) -> set[str]:
        for parent in (*entry.needed, *([entry.repeat] if isinstance(entry.repeat, str) else [])):
            if parent not in self.entries and parent not in self.constants:
                key = "repeat" if parent == entry.repeat else "when"
                known = {*self.entries, *self.constants} - {name}
                raise ValueError(f'{name}: {key}: there is no hyperparameter "{parent}"; {nearest(parent, known)}')
        return {*entry.needed, *([entry.repeat] if isinstance(entry.repeat, str) else [])} & self.entries.keys()

    def _needed(self, name: str, entry: Searched) -> Iterator[Condition]:
        """Yield the conditions of ``when``; one on a constant is met, or the hyperparameter exists in no trial."""
        for parent, values in entry.needed.items():
            text = f"{parent} = {_listed(values)}"
            if parent in self.unused:
                self.unused[name] = f"{text}, but there is no {parent}"
            elif parent in self.constants:
                if self.constants[parent] not in values:
                    self.unused[name] = f"{text}, but {parent} = {self.constants[parent]}"
            else:
                self._check_values(name, parent, values)
                yield Condition(parent, values, text)

    def _check_values(self, name: str, parent: str, values: tuple[Value, ...]) -> None:
        of = self.entries[parent]
        if isinstance(of, FloatParameter) or of.repeat is not None:
            kind = "a list" if of.repeat is not None else "a range of fractions"
            raise ValueError(f"{name}: when: {parent} is {kind}; a condition needs choices or whole numbers")
        for value in values:
            if value not in _possible(of):
                valid = nearest(str(value), map(str, of.choices)) if isinstance(of, CategoricalParameter) else f"expected {of.low} to {of.high}"
                raise ValueError(f"{name}: when: {parent} is never {to_toml(value)}; {valid}")

    def _n_repeats(self, name: str, entry: Searched) -> int:
        """Return the largest number of values that a list may have."""
        count = entry.repeat
        if not isinstance(count, str):
            return int(count or 0)
        if count in self.unused:
            return 0
        values = _possible(self.entries[count]) if count in self.entries else (self.constants[count],)
        ends = (values[0], values[-1]) if isinstance(values, range) else values
        counts = [value for value in ends if isinstance(value, int) and not isinstance(value, bool)]
        if len(counts) < len(ends) or not counts or (count in self.entries and self.entries[count].repeat is not None):
            raise ValueError(f'{name}: repeat = "{count}": expected the name of a single whole number or of choices of whole numbers')
        if min(counts) < 0 or max(counts) > MAX_REPEATS:
            raise ValueError(f'{name}: repeat = "{count}": {count} is {min(counts)} to {max(counts)}; expected 0 to {MAX_REPEATS}')
        return max(counts)

    def _at_least(self, count: str | int | None, number: int) -> Iterator[Condition]:
        """Yield the condition under which a list has so many values, if it is one."""
        if isinstance(count, str) and count in self.entries:
            values = tuple(value for value in _possible(self.entries[count]) if isinstance(value, int) and value >= number)
            yield Condition(count, values, f"{count} >= {number}")


def _listed(values: tuple[Value, ...]) -> str:
    """Return values as ``1, 2 or 3``."""
    *others, last = map(str, values)
    return f"{', '.join(others)} or {last}" if others else last


def _possible(parameter: Searched) -> range | tuple[Value, ...]:
    """Return the values of choices or whole numbers; none of fractions."""
    match parameter:
        case IntParameter():
            return range(parameter.low, parameter.largest + 1, parameter.step)
        case CategoricalParameter():
            return tuple(parameter.choices)
        case FloatParameter():
            return ()
