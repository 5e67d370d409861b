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
.plots { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 24px; margin: 16px 0; }
.plot { overflow-x: auto; grid-column: span 2; } .plot.half { grid-column: span 1; } .trials, .models { overflow-x: auto; }
@media (max-width: 900px) { .plot.half { grid-column: span 2; } }
.models th, .models td { white-space: nowrap; } .models p { color: #6b7280; margin: 8px 0; }
.models th { border-bottom: 1px solid #9ca3af; } .models td { border-bottom: 1px solid #f3f4f6; font-variant-numeric: tabular-nums; }
.models tbody tr:first-child td { font-weight: 600; }
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


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a study's report says.

    Attributes:
        title: Its title.
        facts: Text by name, shown at the top.
        commands: What can be done next, a line each.
        models: The champion and the baselines on the test part: a row of texts each, the first row with the columns' names. Defaults to none.
        test_plots: HTML of each plot of the predictions for the test part. Defaults to none.
        plots: HTML of each plot of the search.
        trials: All trials, in a table that is sorted by clicks.
    """

    title: str
    facts: Mapping[str, str]
    commands: Sequence[str]
    models: Sequence[Sequence[str]] = ()
    test_plots: Sequence[str] = ()
    plots: Sequence[str]
    trials: TrialTable


def to_html(report: Report, scripts: str) -> str:
    """Return the page of a study.

    Args:
        report: What it says.
        scripts: The plots' library, as a script element.
    """
    title = escape(report.title)
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in report.facts.items())
    console = "".join(f"<pre>{escape(text)}</pre>" for text in ["\n".join(report.commands)] if text)
    test = _section("Test part", _models_table(report.models) + _grid(report.test_plots))
    parts = f"<dl>{listed}</dl>{console}{test}{_section('Search', _grid(report.plots))}{_section('Trials', _to_table(report.trials))}"
    # Without a doctype browsers use quirks mode, and without a title the tab shows the file's name.
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>{scripts}</head>\n'
        f"<body><h1>{title}</h1>{parts}<script>{_SORT}</script></body></html>\n"
    )


def _section(heading: str, content: str) -> str:
    return f"<h2>{heading}</h2>{content}" if content else ""


def _grid(plots: Iterable[str]) -> str:
    drawn = "".join(plots)
    return f'<div class="plots">{drawn}</div>' if drawn else ""


def _models_table(rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(text)}</th>" for text in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows[1:])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="models">{table}<p>In brackets: 95 % intervals over the rows of the test part.</p></div>'


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
