"""Tables and texts that the commands print."""

import contextlib
import dataclasses
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ..data.positive_class import with_class
from ..formats import format_params, format_spread, format_test
from ..redaction import shorten
from .baselines import baseline_rows
from .program import program

if TYPE_CHECKING:
    from ..data.columns import ColumnType
    from ..data.dataset import Dataset
    from ..study.summary import StudySummary

console = Console(highlight=False, soft_wrap=True, markup=False)
if not console.is_terminal:
    console.width = 1000  # files and pipes have no width


def print_note(text: str, console: Console = console) -> None:
    """Print what a user should know, on a screen in whole words."""
    console.print(f"Note: {text}", markup=False, soft_wrap=not console.is_terminal)


def screen_width() -> int | None:
    """Return the cells of a line of the screen; None if the output is a file or a pipe."""
    return console.width if console.is_terminal else None


@contextlib.contextmanager
def unseen_values_printed() -> Iterator[None]:
    """Print once, on standard error, what a champion warns of: values that were not in training."""
    from ..champion import UnseenValuesWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnseenValuesWarning)
        yield
    for sentence in dict.fromkeys(str(warning.message) for warning in caught if warning.category is UnseenValuesWarning):
        print(sentence, file=sys.stderr)


def print_summary(summary: "StudySummary", again: str, anew: str = "") -> None:
    """Print the result of a run and the next commands.

    Args:
        summary: The study.
        again: The arguments of this program that run the same study.
        anew: Those that start a new one. Defaults to none.
    """
    print_best(summary)
    name, study = program(), summary.study
    commands = {
        "browse all trials in MLflow": "ui",
        "list the trials": f"trials {study}",
        **({"predict new rows": summary.predict_command} if summary.has_models else {}),
    }
    if not summary.is_exhausted:
        beyond = " --set 'search.stop={}'" if summary.is_stopped and again.startswith("run ") else ""
        commands["continue the search"] = f"{again} --trials {2 * max(summary.n_trials, sum(summary.n_by_state.values()))}{beyond}"
    others = [of.number for of in summary.front if of.number != summary.trial and summary.has_models]
    commands |= {"make another trial of the front the champion": f"promote {study} --trial {others[0]}"} if others else {}
    commands |= {"start a new study": anew} if anew else {}
    console.print("\nNext:")
    width = max(len(command) for command in commands.values()) + len(name) + 3
    fits = width + max(map(len, commands)) + 2 <= console.width
    for purpose, command in commands.items():
        line = f"{name} {command}"
        if not fits:
            console.print(f"  {purpose}:\n    {line}")
        else:
            console.print(f"  {line:<{width}}{purpose}")


def print_data(dataset: "Dataset", types: "Mapping[str, ColumnType]", notes: Sequence[str]) -> None:
    """Print a data set: its parts, targets and columns, how its file is read, and notes.

    Args:
        dataset: The data set.
        types: Type of each feature column that is used; empty if rows are arrays.
        notes: What a user should know.
    """
    sizes = {"train": len(dataset.train.target), "validation": len(dataset.validation.target), "test": len(dataset.test.target)}
    console.print(f"{dataset.name}: {sum(sizes.values())} rows ({', '.join(f'{size} {part}' for part, size in sizes.items())})", markup=False)
    for name, values in dataset.train.targets.items():
        counts = ", ".join(f"{value} ({count})" for value, count in values.value_counts().head(10).items())
        shown = counts if dataset.has_classes(name) else f"{values.min():g} to {values.max():g}, mean {values.mean():.5g}"
        console.print(f"Target {name}: {dataset.tasks[name]}; in the train part {shown}", markup=False)
    if (weights := dataset.train.weights) is not None:
        of_weights: list[tuple[float, int]] = sorted(Counter(weights.tolist()).items())
        each = ", ".join(f"{weight:g} ({count})" for weight, count in of_weights)
        shown = each if len(of_weights) <= 10 else f"{of_weights[0][0]:g} to {of_weights[-1][0]:g}, mean {weights.mean():.5g}"
        console.print(f"Weights of rows in the training loss: in the train part {shown}", markup=False)
    if dataset.table_format is not None:
        form = dataset.table_format
        names = "the first line names the columns" if form.header else "no line of names"
        console.print(f'Read with separator {form.separator!r}, {names}, decimal "{form.decimal}", encoding {form.encoding}', markup=False)
    if dataset.row_format is not None and (described := dataset.row_format.describe()):
        console.print(described, markup=False)
    if types:
        table = Table("column", "type", "distinct", "gaps", "example", box=None)
        for column_name, column in dataset.train.columns.items():
            found = (column.nunique(), int(column.isna().sum()))
            example = shorten(str(next(iter(column.dropna().tolist()), "")), 40)
            table.add_row(str(column_name), types.get(str(column_name), "not used"), *map(str, found), example)
        console.print(table)
    for note in notes:
        print_note(note)


def print_best(summary: "StudySummary") -> None:
    """Print the best trial and the registered model."""
    table = Table.grid(padding=(0, 2))
    finished = ", ".join(f"{count} {state}" for state, count in sorted(summary.n_by_state.items()))
    positive = summary.positive_classes
    value = f"{with_class(summary.metric, positive)} {_value(summary)}{_repeats(summary)}"
    rows = {
        "Study": f"{summary.study} ({finished})",
        "Best trial": f"{summary.trial}: {format_params(summary.params)}",
        **({"Schedule": f"{summary.schedule}; {program()} schedule {summary.study}"} if summary.schedule else {}),
        "Validation" if summary.has_models else "Value": ", ".join(filter(None, [value, summary.best_by_text])),
        **({"Second best": summary.runner_up_text} if summary.runner_up else {}),
        **({"Pareto front": summary.front_text} if summary.front else {}),
        **(_champion_rows(summary) if summary.has_models else {}),
    }
    for name, text in rows.items():
        table.add_row(name, text)
    console.print(table)


def _champion_rows(summary: "StudySummary") -> dict[str, str]:
    """Return what is known of the registered model."""
    return {
        "Test": format_test(summary.test, summary.positive_classes, summary.test_intervals) or "not measured yet",
        **baseline_rows(summary),
        "Model": ", ".join(filter(None, [_model(summary), summary.cost_text])),
    }


def _value(summary: "StudySummary") -> str:
    """Return the best value, with its standard error and the number of executions if there are several."""
    n_executions, value = len(summary.execution_values), format_spread(summary.value, summary.standard_error)
    return f"{value} (mean and standard error of {n_executions} executions)" if n_executions > 1 else value


def _repeats(summary: "StudySummary") -> str:
    """Return what the best trial's hyperparameters are worth with other seeds; empty if that was not tried."""
    found = summary.repeats
    return "" if found is None else f" ({format_spread(found.mean, found.standard_error)} with {len(found.values)} other seeds)"


def _model(summary: "StudySummary") -> str:
    """Return the best trial's model, and whether it is the champion."""
    if summary.model_uri is None:
        return "not registered yet"
    if summary.champion_uri in (None, summary.model_uri):
        return summary.model_uri
    return f"{summary.model_uri} (the champion is {summary.champion_uri})"


def print_json(summary: "StudySummary") -> None:
    """Print one JSON object."""
    json.dump(dataclasses.asdict(summary), sys.stdout, indent=2)
    sys.stdout.write("\n")
