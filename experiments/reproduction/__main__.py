"""Runs the rows and writes the table: ``make reproduce``, or ``make reproduce ROWS=10,12`` for those of some architectures.

Prints a line per row and how many of them are reproduced, and writes the lines into ``experiments/REPRODUCED.md``, where those of other rows
stay. Exits with 1 if a figure is missed. A row whose data file is absent counts as "no data", names the file and is not written.
"""

import argparse
import datetime
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from .checks import Finding
from .rows import ROWS, Row
from .studies import Study, StudyError

TABLE = Path(__file__).parents[1] / "REPRODUCED.md"
HEAD = "| row | architecture | data | documented | ours | seconds | day | |\n|---|---|---|---|---|---|---|---|\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the given rows.

    Args:
        arguments: The command line's arguments. Defaults to the process' own.

    Returns:
        The exit status: 0 if no figure was missed, 2 for an unknown row.
    """
    parser = argparse.ArgumentParser(prog="python -m experiments.reproduction", description=__doc__)
    parser.add_argument("--rows", default="", help="numbers, such as 10,12; all if not given")
    asked = parser.parse_args(arguments).rows
    known: dict[int, list[Row]] = {}
    for row in ROWS:
        known.setdefault(row.number, []).append(row)
    try:
        numbers = [int(number) for number in asked.split(",")] if asked else list(known)
        rows = [row for number in numbers for row in known[number]]
    except (ValueError, KeyError):
        print(f'--rows "{asked}": expected numbers from {min(known)} to {max(known)} with commas between', file=sys.stderr)
        return 2
    lines, marks = _run(rows, known)
    if lines:
        TABLE.write_text(_table(lines), encoding="utf-8")
    print(f"\n{marks['ok']} of {len(rows)} rows reproduced, {marks['missed']} missed, {marks['no data']} without data")
    return int(marks["missed"] > 0)


def _run(rows: Sequence[Row], known: Mapping[int, Sequence[Row]]) -> tuple[dict[str, str], Counter[str]]:
    studies: dict[str, Study] = {}
    lines, marks = {}, Counter[str]()
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    print(HEAD, end="", flush=True)
    for row in rows:
        started = time.monotonic()
        finding = _reproduce(row, known, studies)
        marks[finding.mark] += 1
        seconds = f"{time.monotonic() - started:.0f}"
        line = f"{_start(row)} {row.documented} | {finding.ours} | {seconds} | {day} | {finding.mark} |\n"
        print(line, end="", flush=True)
        if finding.has_data:
            lines[_start(row)] = line
    return lines, marks


def _start(row: Row) -> str:
    return f"| {row.number} | {row.architecture} | {row.data} |"


def _table(lines: Mapping[str, str]) -> str:
    """Return the table with new lines in the place of those of the same rows."""
    earlier = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = {start: line for row in ROWS for line in earlier if line.startswith(start := _start(row))}
    merged = kept | lines
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    introduction = (
        f"# The documented figures, reproduced\n\nWritten by `make reproduce` ({machine}). Each row is a search, or several, by the command line.\n"
    )
    return f"{introduction}\n{HEAD}{''.join(merged[start] for row in ROWS if (start := _start(row)) in merged)}"


def _reproduce(row: Row, known: Mapping[int, Sequence[Row]], studies: dict[str, Study]) -> Finding:
    try:
        for needed in (*(row for number in row.after for row in known[number]), row):
            for run in needed.runs:
                key = run.experiment + (run.name and f"-{run.name}")
                if key not in studies:
                    studies[key] = run.start()
    except StudyError as error:
        return Finding(str(error), is_met=False, has_data=not error.is_without_data)
    return row.check(studies)


if __name__ == "__main__":
    sys.exit(main())
