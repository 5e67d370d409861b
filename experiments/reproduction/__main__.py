"""Runs the rows and writes the table: ``make reproduce``, or ``make reproduce ROWS=10,12`` for some of them.

Prints a line per row and how many of them are reproduced; when all were run, it writes ``experiments/REPRODUCED.md``. Exits with 1 if a
figure is missed. A row whose data file is absent counts as "no data" and names the file.
"""

import argparse
import datetime
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .checks import Finding
from .rows import ROWS, Row
from .studies import Study, StudyError

TABLE = Path(__file__).parents[1] / "REPRODUCED.md"
HEAD = "| row | architecture | data | documented | ours | seconds | |\n|---|---|---|---|---|---|---|\n"


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
    known = {row.number: row for row in ROWS}
    try:
        numbers = [int(number) for number in asked.split(",")] if asked else list(known)
        rows = [known[number] for number in numbers]
    except (ValueError, KeyError):
        print(f'--rows "{asked}": expected numbers from {min(known)} to {max(known)} with commas between', file=sys.stderr)
        return 2
    lines, marks = _run(rows, known)
    if not asked:
        TABLE.write_text(f"{_introduction()}\n{HEAD}{''.join(lines)}", encoding="utf-8")
    print(f"\n{marks['ok']} of {len(rows)} rows reproduced, {marks['missed']} missed, {marks['no data']} without data")
    return int(marks["missed"] > 0)


def _run(rows: Sequence[Row], known: dict[int, Row]) -> tuple[list[str], Counter[str]]:
    studies: dict[str, Study] = {}
    lines, marks = [], Counter[str]()
    print(HEAD, end="", flush=True)
    for row in rows:
        started = time.monotonic()
        finding = _reproduce(row, known, studies)
        marks[finding.mark] += 1
        seconds = f"{time.monotonic() - started:.0f}"
        line = f"| {row.number} | {row.architecture} | {row.data} | {row.documented} | {finding.ours} | {seconds} | {finding.mark} |\n"
        print(line, end="", flush=True)
        lines.append(line)
    return lines, marks


def _reproduce(row: Row, known: dict[int, Row], studies: dict[str, Study]) -> Finding:
    try:
        for needed in (*(known[number] for number in row.after), row):
            for run in needed.runs:
                key = run.experiment + (run.name and f"-{run.name}")
                if key not in studies:
                    studies[key] = run.start()
    except StudyError as error:
        return Finding(str(error), is_met=False, has_data=not error.is_without_data)
    return row.check(studies)


def _introduction() -> str:
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"# The documented figures, reproduced\n\nWritten by `make reproduce` on {day} ({machine}). Each row is a search by the command line.\n"


if __name__ == "__main__":
    sys.exit(main())
