"""How a table is written in a file: separator, names, numbers, gaps. A champion has it, so that `predict` reads as training did."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

PANDAS_GAP_WORDS = (
    *("", "NA", "N/A", "n/a", "<NA>", "NULL", "null", "None", "NaN", "nan", "-NaN", "-nan"),
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "1.#IND", "1.#QNAN", "-1.#QNAN"),
)
GAP_WORDS = (*PANDAS_GAP_WORDS, "?")
"""What stands for a missing value."""


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
        strips: Whether blanks around a value are no part of it.
        names: All columns in the order of the file, with the target.
        target: The target column, or several, which a file of rows to predict may lack.
        units: The columns of numbers, each with the unit that its numbers have, such as "%" or "$"; "" for none.
        dates: Python's format of each column of dates, or "ISO8601".
    """

    separator: str = ","
    header: bool = True
    comment: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    quote: str = '"'
    gaps: tuple[str, ...] = GAP_WORDS
    strips: bool = True
    names: tuple[str, ...] = ()
    target: str | tuple[str, ...] | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)

    def names_for(self, n_columns: int) -> Sequence[str]:
        """Return the names of the columns of a file without a line of names: with the targets, or without them if there are so many less."""
        without = [name for name in self.names if name != self.target and name not in (self.target or ())]
        for known in (self.names, without):
            if len(known) == n_columns:
                return list(known)
        return [f"column_{number}" for number in range(n_columns)]

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        target = tuple(facts["target"]) if isinstance(facts.get("target"), list) else facts.get("target")
        return cls(**{**facts, "gaps": tuple(facts["gaps"]), "names": tuple(facts["names"]), "target": target})


PLAIN = TableFormat(gaps=PANDAS_GAP_WORDS, strips=False)
"""How rows are read for a model whose training data had no format, such as those of a loader of one's own: as pandas does."""
