"""The figures of all campaigns: printed at the end, and written to ``tests/FAULTS.md`` by a run of all of them."""

import platform
from pathlib import Path

import psutil
import pytest

FILE = Path(__file__).parents[1] / "FAULTS.md"
ROWS = []


@pytest.fixture
def write_down():
    """A function that notes one campaign."""

    def note(name, campaign, n_duplicates):
        ROWS.append((name, campaign.killed_workers, campaign.killed_coordinators, campaign.n_trials, len(campaign.lost), n_duplicates))

    return note


def pytest_terminal_summary(terminalreporter, config):
    if ROWS:
        terminalreporter.write_line(text := table())
        if len(ROWS) == config.stash.get(N_CAMPAIGNS, 0) and sum(row[1] + row[2] for row in ROWS) >= 100:
            FILE.write_text(INTRODUCTION.format(machine=machine()) + text + "\n", encoding="utf-8")


N_CAMPAIGNS = pytest.StashKey[int]()


def pytest_collection_modifyitems(session, config, items):
    config.stash[N_CAMPAIGNS] = sum("campaign" in getattr(item, "fixturenames", ()) for item in items)


def table():
    lines = ["| campaign | workers killed | coordinators killed | trials | lost | doubled |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in ROWS]
    totals = [sum(column) for column in list(zip(*ROWS, strict=True))[1:]]
    return "\n".join([*lines, f"| all | {' | '.join(map(str, totals))} |"])


def machine():
    return f"{psutil.cpu_count()} CPU cores, {psutil.virtual_memory().total // 2**30} GiB, Python {platform.python_version()}"


INTRODUCTION = """# What killing does

Written by `make test-faults` ({machine}). Each campaign is a search whose workers and coordinators are ended by `kill -9` at
random times and continued by the same command. Afterwards exactly the trials that were asked for are finished, each once in the
ledger and once in MLflow with every epoch once and in order; nothing is RUNNING; the champion loads and predicts.

"""
