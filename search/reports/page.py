"""Puts a study's plots, facts and trials together in one HTML file.

The file contains all it needs, plotly.js included (4.8 MB): MLflow's artifact viewer shows HTML in a sandboxed frame with a
``blob:`` URL, from which a script in another file cannot be loaded, and there may be no network.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; color: #111827; margin: 0 auto; max-width: 1400px;
  padding: 24px 32px; }
h1 { font-size: 24px; margin: 0 0 12px; } h2 { font-size: 18px; margin: 32px 0 8px; }
table { border-collapse: collapse; } td, th { padding: 3px 16px 3px 0; text-align: left; vertical-align: top; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 0; } dt { color: #6b7280; } dd { margin: 0; }
pre { background: #f3f4f6; border-radius: 6px; padding: 10px 14px; overflow-x: auto; margin: 12px 0; }
.plot { overflow-x: auto; margin: 24px 0; } .trials { overflow-x: auto; }
.trials th { cursor: pointer; border-bottom: 1px solid #9ca3af; white-space: nowrap; } .trials td { border-bottom: 1px solid #f3f4f6; }
.trials .number { text-align: right; font-variant-numeric: tabular-nums; } .trials .best td { font-weight: 600; background: #ecfdf5; }
"""
_SORT = """
for (const head of document.querySelectorAll(".trials th")) head.addEventListener("click", () => {
  const body = head.closest("table").tBodies[0], column = head.cellIndex, falls = head.dataset.order === "rises";
  const key = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const rows = [...body.rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
    const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
    return falls ? -order : order;
  });
  head.dataset.order = falls ? "falls" : "rises";
  body.append(...rows);
});
"""


@dataclass(frozen=True)
class TrialTable:
    """The trials of a study.

    Attributes:
        columns: Names of the columns.
        rows: Values of each row; None for a gap.
        best: Index of the best trial's row; None if there is none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    best: int | None = None


def to_html(title: str, facts: Mapping[str, str], commands: Iterable[str], plots: Iterable[str], trials: TrialTable, scripts: str) -> str:
    """Return the page of a study.

    Args:
        title: Its title.
        facts: Text by name, shown at the top.
        commands: What can be done next, a line each.
        plots: HTML of each plot.
        trials: All trials, in a table that is sorted by clicks.
        scripts: The plots' library, as a script element.
    """
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    console = "".join(f"<pre>{escape(text)}</pre>" for text in ["\n".join(commands)] if text)
    drawn = "".join(f'<div class="plot">{plot}</div>' for plot in plots)
    # Without a doctype browsers use quirks mode, and without a title the tab shows the file's name.
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>{scripts}</head>\n'
        f"<body><h1>{escape(title)}</h1><dl>{listed}</dl>{console}{drawn}<h2>Trials</h2>{_to_table(trials)}<script>{_SORT}</script></body></html>\n"
    )


def _to_table(trials: TrialTable) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in trials.columns)
    marks = {trials.best: ' class="best"'}
    rows = (f"<tr{marks.get(index, '')}>{''.join(map(_to_cell, row))}</tr>" for index, row in enumerate(trials.rows))
    return f'<div class="trials"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _to_cell(value: object) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, float):
        return f'<td class="number" data-value="{value!r}">{value:.5g}</td>'
    return f'<td class="number">{value}</td>' if isinstance(value, int) and not isinstance(value, bool) else f"<td>{escape(str(value))}</td>"
