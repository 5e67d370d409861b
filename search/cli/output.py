"""Tables and texts that the commands print."""

import contextlib
import csv
import dataclasses
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ..csv_cells import neutral_cell
from ..data.positive_class import why_undefined, with_class
from ..experiment.parameters import CategoricalParameter
from ..output_files import writing
from ..redaction import redact, shorten
from ..trial import TrialState

if TYPE_CHECKING:
    from ..data.columns import ColumnType
    from ..data.dataset import Dataset
    from ..experiment.parameters import Searched
    from ..ledger import StudyView, TrialRecord
    from ..study.summary import StudySummary

console = Console(highlight=False, soft_wrap=True, markup=False)
if not console.is_terminal:
    console.width = 200  # files and pipes have no width


@contextlib.contextmanager
def unseen_values_printed() -> Iterator[None]:
    """Print once, on standard error, what a champion warns of: values that were not in training."""
    from ..champion import UnseenValuesWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnseenValuesWarning)
        yield
    for sentence in dict.fromkeys(str(warning.message) for warning in caught if warning.category is UnseenValuesWarning):
        print(sentence, file=sys.stderr)


def format_number(value: float | None) -> str:
    """Format a number with at most five significant digits; an empty text for None."""
    return "" if value is None else f"{value:.5g}"


def format_test(metrics: Mapping[str, float | None], positive: Mapping[str, str]) -> str:
    """Format the metrics on the test part, each of a positive class with that class."""
    numbers = {name: why_undefined(name) if value is None else format_number(value) for name, value in metrics.items()}
    return ", ".join(f"{with_class(name, positive)} {text}" for name, text in numbers.items())


def format_params(params: Mapping[str, object]) -> str:
    """Format hyperparameters as ``name=value`` in one line."""
    return ", ".join(f"{name}={format_number(value) if isinstance(value, float) else value}" for name, value in params.items())


def format_parameter(parameter: "Searched") -> str:
    """Format a searched parameter as its range or its choices."""
    if isinstance(parameter, CategoricalParameter):
        return ", ".join(map(str, parameter.choices))
    step = f", step {parameter.step}" if parameter.step not in (None, 1) else ""
    return f"{parameter.low} to {parameter.high}{step}{', log' if parameter.log else ''}"


def print_summary(summary: "StudySummary", again: str) -> None:
    """Print the result of a run and the next commands.

    Args:
        summary: The study.
        again: Arguments of ``make search`` that run the same study.
    """
    print_best(summary)
    study = summary.study
    console.print("\nNext:")
    commands = (
        ("make ui", "browse all trials in MLflow"),
        (f"make predict STUDY={study} INPUT=rows.csv OUTPUT=predictions.csv", "predict the rows of a file"),
        (f"make search {again} TRIALS={2 * summary.n_trials}", "continue the search"),
        (f"make search {again} FRESH=1", "start a new study"),
    )
    if not Path("Makefile").is_file():  # not in the checkout
        commands = (
            ("python -m search ui", "browse all trials in MLflow"),
            (f"python -m search predict {study} --input rows.csv --output predictions.csv", "predict the rows of a file"),
            (f"the same command with --trials {2 * summary.n_trials}", "continue the search"),
            ("the same command with --fresh", "start a new study"),
        )
    for command, purpose in commands:
        console.print(f"  {command:<66} {purpose}")


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
        shown = f"{values.min():g} to {values.max():g}, mean {values.mean():.5g}" if dataset.tasks[name] == "regression" else counts
        console.print(f"Target {name}: {dataset.tasks[name]}; in the train part {shown}", markup=False)
    if dataset.table_format is not None:
        form = dataset.table_format
        names = "the first line names the columns" if form.header else "no line of names"
        console.print(f'Read with separator {form.separator!r}, {names}, decimal "{form.decimal}", encoding {form.encoding}', markup=False)
    if types:
        table = Table("column", "type", "distinct", "gaps", "example", box=None)
        for column_name, column in dataset.train.columns.items():
            found = (column.nunique(), int(column.isna().sum()))
            example = shorten(str(next(iter(column.dropna().tolist()), "")), 40)
            table.add_row(str(column_name), types.get(str(column_name), "not used"), *map(str, found), example)
        console.print(table)
    for note in notes:
        console.print(f"Note: {note}", markup=False)


def print_best(summary: "StudySummary") -> None:
    """Print the best trial and the registered model."""
    table = Table.grid(padding=(0, 2))
    finished = ", ".join(f"{count} {state}" for state, count in sorted(summary.n_by_state.items()))
    positive = summary.positive_classes
    rows = {
        "Study": f"{summary.study} ({finished})",
        "Best trial": f"{summary.trial}: {format_params(summary.params)}",
        "Validation": f"{with_class(summary.metric, positive)} {format_number(summary.value)}",
        "Test": format_test(summary.test, positive) or "not measured yet",
        "Model": summary.model_uri or "not registered yet",
    }
    for name, text in rows.items():
        table.add_row(name, text)
    console.print(table)


def print_json(summary: "StudySummary") -> None:
    """Print one JSON object."""
    json.dump(dataclasses.asdict(summary), sys.stdout, indent=2)
    sys.stdout.write("\n")


def print_studies(ledgers: Sequence["StudyView"], unreadable: Sequence[str]) -> None:
    """Print one line per study, and why the others cannot be read."""
    if unreadable:
        print(*map(redact, unreadable), sep="\n", file=sys.stderr)
    if not ledgers and not unreadable:
        console.print("There are no studies yet; `make search` runs the first.")
    if not ledgers:
        return
    table = Table("study", "trials", "best trial", "objective", "value", "model", box=None)
    for ledger in ledgers:
        best, champion = ledger.best, ledger.attribute("champion") or {}
        table.add_row(
            ledger.name,
            str(ledger.n_finished),
            str(best[0]) if best else "",
            f"{ledger.experiment.objective.direction} {ledger.experiment.objective.metric}",
            format_number(best[1]) if best else "",
            champion.get("model_uri", ""),
        )
    console.print(table)


def print_study(ledger: "StudyView") -> None:
    """Print a study's experiment, space, trials by state and best trials."""
    experiment = ledger.experiment
    records = ledger.records()
    table = Table.grid(padding=(0, 2))
    table.add_row("Study", ledger.name)
    table.add_row("Model", experiment.model)
    table.add_row("Data", f"{experiment.data.loader} (fingerprint {ledger.attribute('dataset')})")
    table.add_row("Objective", f"{experiment.objective.direction} {with_class(experiment.objective.metric, _positive(ledger))}")
    table.add_row("Sampler, pruner", f"{experiment.search.sampler}, {experiment.search.pruner} (seed {experiment.search.seed})")
    for name, parameter in experiment.space.searched.items():
        table.add_row(f"  {name}", format_parameter(parameter))
    table.add_row("Trials", ", ".join(f"{count} {state}" for state, count in sorted(ledger.n_by_state().items())) or "none")
    for reason, count in Counter(record.reason for record in records if record.reason).most_common(3):
        table.add_row("", f"{count} x {reason}")
    console.print(table)
    if ledger.best is not None:
        console.print(f"\nBest trials, of {len(records)}:")
        sign = -1 if experiment.objective.direction == "maximize" else 1
        complete = [record for record in records if record.value is not None and record.state == "COMPLETE"]
        print_trials(sorted(complete, key=lambda record: sign * (record.value or 0.0))[:5])


def _positive(ledger: "StudyView") -> dict[str, str]:
    from ..data.targets import positive_classes, read_targets

    return positive_classes(read_targets(ledger.folder.preprocessor))


def print_trials(records: Sequence["TrialRecord"]) -> None:
    """Print one line per trial."""
    table = Table("trial", "state", "value", "epochs", "seconds", "hyperparameters", "reason", box=None)
    for record in records:
        table.add_row(*_cells(record), format_params(record.params), record.reason)
    console.print(table)


def write_trials(records: Sequence["TrialRecord"], path: Path) -> None:
    """Write one row per trial to a CSV file, a column per hyperparameter."""
    names = sorted({name for record in records for name in record.params})
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["trial", "state", "value", "epochs", "seconds", *map(neutral_cell, names), "reason"])
        for record in records:
            value = "" if record.value is None else repr(record.value)
            params = [record.params.get(name, "") for name in names]
            row = [record.number, _state(record), value, len(record.history), _seconds(record), *params, record.reason]
            writer.writerow(map(neutral_cell, row))
    console.print(f"{len(records)} trials written to {path}")


def _cells(record: "TrialRecord") -> list[str]:
    return [str(record.number), _state(record), format_number(record.value), str(len(record.history)), f"{_seconds(record):.2f}"]


def _state(record: "TrialRecord") -> str:
    """Return the state to print: an interrupted trial is FAILED with the reason ``interrupted``."""
    return "FAILED" if record.state is TrialState.INTERRUPTED else record.state


def _seconds(record: "TrialRecord") -> float:
    return record.result.seconds if record.result else 0.0
