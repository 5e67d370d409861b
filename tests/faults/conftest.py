"""The figures of the campaigns: printed at the end, and written to ``tests/FAULTS.md`` after at least 100 kills."""

import platform
from pathlib import Path

import psutil
import pytest

FILE = Path(__file__).parents[1] / "FAULTS.md"
FIGURES = "campaign"


@pytest.fixture
def record_campaign(record_property):
    """A function that records the figures of one campaign."""

    def note(name, campaign, n_duplicates):
        record_property(FIGURES, [name, campaign.killed_workers, campaign.killed_coordinators, campaign.n_trials, len(campaign.lost), n_duplicates])

    return note


def pytest_terminal_summary(terminalreporter):
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, []) if report.when == "call"]
    rows = sorted(row for report in reports for name, row in report.user_properties if name == FIGURES)
    if rows:
        terminalreporter.write_line(text := table(rows))
        if sum(row[1] + row[2] for row in rows) >= 100:
            FILE.write_text(INTRODUCTION.format(machine=machine()) + text + "\n", encoding="utf-8")


def table(rows):
    lines = ["| campaign | workers killed | coordinators killed | trials | lost | doubled |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    totals = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
    return "\n".join([*lines, f"| all | {' | '.join(map(str, totals))} |"])


def machine():
    return f"{psutil.cpu_count()} CPU cores, {psutil.virtual_memory().total // 2**30} GiB, Python {platform.python_version()}"


INTRODUCTION = """# What killing does

Written by `make test-faults` ({machine}). Each campaign is a search whose workers, the process that forks
them on this machine, and coordinators are ended by `kill -9` at random times and continued by the same command. Afterwards exactly
the trials that were asked for are finished, each once in the ledger and once in MLflow with every epoch once and in order; nothing is
RUNNING; the champion loads and predicts.

"""
