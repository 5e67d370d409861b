"""Tables that are as wide as the screen allows: the first of several layouts that fits is drawn, and no number is cut or wrapped."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from ..redaction import shorten


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name, on one or more lines.
        cells: Its cells, one a row.
        is_text: Whether the cells are texts, on the left, which may be shortened; numbers are on the right. Defaults to False.
    """

    name: str
    cells: tuple[str, ...]
    is_text: bool = False

    @property
    def width(self) -> int:
        """Cells of the screen that it takes."""
        return max(map(cell_len, (*self.name.split("\n"), *self.cells)))

    def with_folded_name(self) -> "Column":
        """Return the column with a line break after an underscore of its name where the name is wider than the cells."""
        pieces = re.findall(r"[^_]*_+|[^_]+", self.name)
        width = max(map(cell_len, (*pieces, *self.cells)))
        lines = [""]
        for piece in pieces:
            if lines[-1] and cell_len(lines[-1] + piece) > width:
                lines.append("")
            lines[-1] += piece
        return replace(self, name="\n".join(lines))

    def shortened(self, text_length: int, name_length: int) -> "Column":
        """Return the column with shorter texts and a shorter name; numbers stay whole.

        Args:
            text_length: Largest number of characters of a text.
            name_length: Largest number of characters of a line of the name, unless the cells are wider.
        """
        cells = tuple(shorten(cell, text_length) for cell in self.cells) if self.is_text else self.cells
        widest = max(name_length, *map(cell_len, cells))
        return replace(self, cells=cells, name="\n".join(shorten(line, widest) for line in self.name.split("\n")))


@dataclass(frozen=True)
class Layout:
    """A choice of columns.

    Attributes:
        columns: The columns.
        gap: Cells of the screen between two columns.
        n_left_out: Number of columns at the end that it leaves out. Defaults to 0.
    """

    columns: Sequence[Column]
    gap: int
    n_left_out: int = 0

    @property
    def width(self) -> int:
        """Cells of the screen that it takes."""
        return sum(column.width + self.gap for column in self.columns) - self.gap

    def draw(self, styles: Sequence[str]) -> Table:
        """Draw the table.

        Args:
            styles: The style of each row.
        """
        table = Table(box=None, padding=(0, self.gap, 0, 0), header_style="bold", pad_edge=False)
        for column in self.columns:
            justify: Literal["left", "right"] = "left" if column.is_text else "right"
            table.add_column(Text(column.name), justify=justify, no_wrap=True, min_width=column.width, vertical="bottom")
        for number, style in enumerate(styles):
            table.add_row(*(Text(column.cells[number]) for column in self.columns), style=style)
        return table


def first_that_fits(layouts: Iterable[Layout], width: int | None) -> Layout:
    """Return the first layout that fits, or else the last one.

    Args:
        layouts: The layouts, at least one, each narrower than the one before.
        width: Cells of a line of the screen; None for no limit.
    """
    for layout in layouts:
        if width is None or layout.width <= width:
            break
    return layout
