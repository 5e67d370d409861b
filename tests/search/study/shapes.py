"""Tables as they come from the world: ten files, each with one thing that makes reading it hard."""

import gzip
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

N_ROWS = 120
Row = Sequence[str]


@dataclass(frozen=True)
class Shape:
    """A file of rows whose last column is the target.

    Attributes:
        names: Names of the columns.
        row: Makes a row from a random number generator and the row's number.
        name: Name of the file.
        separator: Between values.
        encoding: Of the file.
        line_end: Of each line.
        has_header: Whether the first line has the names.
    """

    names: Row
    row: Callable[[random.Random, int], Row]
    name: str = "table.csv"
    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    has_header: bool = True

    @property
    def target(self) -> str | int:
        """The target as an experiment file names it."""
        return self.names[-1] if self.has_header else -1

    def lines(self) -> list[str]:
        """Return the rows, one line each."""
        rng = random.Random(7)
        return [self.separator.join(self.row(rng, number)) for number in range(N_ROWS)]

    def write(self, path: Path, lines: Sequence[str]) -> None:
        """Write lines under the names of the columns."""
        content = self.line_end.join([*([self.separator.join(self.names)] if self.has_header else []), *lines, ""]).encode(self.encoding)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _comma(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _european(rng: random.Random, _: int) -> Row:
    size, place = rng.gauss(20, 3), rng.choice(["Zürich", "Köln", "Malmö"])
    return [_comma(size), _comma(rng.gauss(0, 1)), place, "ja" if size > 20 else "nein"]


def _nameless(rng: random.Random, _: int) -> Row:
    x, y = rng.gauss(0, 1), rng.gauss(0, 1)
    return [f"{x:.3f}", f"{y:.3f}", f"{2 * x - y + 5:.3f}"]


def _gaps(rng: random.Random, _: int) -> Row:
    age, port = rng.randrange(20, 80), rng.choice(["north", "south"])
    words = ["?", "NA", "n/a", "None", ""]
    return [rng.choice(words) if rng.random() < 0.2 else str(age), rng.choice(words) if rng.random() < 0.2 else port, "old" if age > 50 else "young"]


def _dated(rng: random.Random, _: int) -> Row:
    day = date(2024, 1, 1) + timedelta(days=rng.randrange(700))
    return [day.strftime("%d.%m.%Y"), f"{rng.gauss(0, 1):.2f}", "week" if day.weekday() < 5 else "weekend"]


def _identified(rng: random.Random, number: int) -> Row:
    x = rng.gauss(0, 1)
    return [str(9007199254740993 + 2 * number), f"user-{rng.randrange(10**9):09}", f"{x:.3f}", "yes" if x > 0 else "no"]


def _many_values(rng: random.Random, _: int) -> Row:
    place, x = rng.randrange(90) ** 2 // 90, rng.gauss(0, 1)
    return [f"{place:05}", f"{x:.3f}", f"{x + place / 50:.4f}"]


def _imbalanced(rng: random.Random, number: int) -> Row:
    fraud = number % 15 == 0
    return [f"{rng.gauss(3 if fraud else 0, 1):.3f}", f"{rng.gauss(0, 1):.3f}", "fraud" if fraud else "legit"]


def _blanks(rng: random.Random, _: int) -> Row:
    x = rng.gauss(0, 1)
    return [f" {x:.3f} ", rng.choice([" a", "a ", "b"]), rng.choice([" {} ", "{}", "{} "]).format(">50K" if x > 0 else "<=50K")]


def _units(rng: random.Random, _: int) -> Row:
    share, price = rng.randrange(1, 99), rng.randrange(900, 9000)
    return [f"{share}%", f"${price // 1000},{price % 1000:03}.50" if price > 999 else f"${price}.50", f"{price * share / 100:.2f}"]


def _windows(rng: random.Random, _: int) -> Row:
    x = rng.gauss(0, 1)
    return [f"{x:.3f}", rng.choice(["Ä", "Ö"]), rng.choice(["True", "False"]), "1" if x > 0 else "0"]


SHAPES: Mapping[str, Shape] = {
    "European": Shape(("Größe (cm)", "Änderung", "Ort", "Antwort"), _european, separator=";", encoding="cp1252"),
    "no header": Shape(("x", "y", "z"), _nameless, name="table.csv.gz", has_header=False),
    "gaps as words": Shape(("age", "port", "group"), _gaps),
    "dates": Shape(("day", "x", "kind"), _dated, separator="\t", name="table.tsv"),
    "ids": Shape(("id", "user", "x", "answer"), _identified),
    "many values": Shape(("place", "x", "y"), _many_values, separator="|"),
    "imbalanced": Shape(("amount", "age", "kind"), _imbalanced),
    "labels with blanks": Shape(("x", "letter", "income"), _blanks),
    "percent and currency": Shape(("share", "price", "value"), _units, separator=";"),
    "byte order mark": Shape(("x", "letter", "flag", "y"), _windows, encoding="utf-8-sig", line_end="\r\n"),
}
