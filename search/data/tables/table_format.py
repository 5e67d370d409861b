"""How a table is written in a file: separator, names, numbers, gaps. A champion carries it, so that `predict` reads as training did."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

GAP_WORDS = (
    *("", "?", "NA", "N/A", "n/a", "<NA>", "NULL", "null", "None", "NaN", "nan", "-NaN", "-nan"),
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "1.#IND", "1.#QNAN", "-1.#QNAN"),
)
"""What stands for a missing value: pandas' list and "?"."""


@dataclass(frozen=True, kw_only=True)
class TableFormat:
    """The way a table is written.

    Attributes:
        separator: Between the values of a line; a regular expression if it is longer than one character.
        header: Whether the first line names the columns.
        comment: A character after which the rest of a line is ignored; None for none.
        decimal: "." or ",". The other one, blanks and apostrophes may group thousands.
        encoding: Python's name of the encoding.
        quote: The character around values that contain the separator.
        gaps: Texts that stand for a missing value.
        names: All columns in the order of the file, with the target.
        target: The target column, which a file of rows to predict may lack.
        numbers: The columns of numbers.
        dates: Python's format of each column of dates, or "ISO8601".
    """

    separator: str = ","
    header: bool = True
    comment: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    quote: str = '"'
    gaps: tuple[str, ...] = GAP_WORDS
    names: tuple[str, ...] = ()
    target: str | None = None
    numbers: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)

    @property
    def thousands(self) -> str:
        """The sign that may group thousands."""
        return "." if self.decimal == "," else ","

    def names_for(self, n_columns: int) -> Sequence[str]:
        """Return the names of a file's columns that has no line of names: with the target, or without it if there is one column less."""
        without = [name for name in self.names if name != self.target]
        for known in (self.names, without):
            if len(known) == n_columns:
                return list(known)
        return [f"column_{number}" for number in range(n_columns)]

    def replace(self, **changes: Any) -> Self:
        """Return a copy with other values."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        return cls(**{**facts, **{name: tuple(facts[name]) for name in ("gaps", "names", "numbers")}})
