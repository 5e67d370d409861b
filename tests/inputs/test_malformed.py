"""Whatever a user writes: one clear line, the right exit status, nothing trained, nothing left."""

import os
import tempfile

import psutil
import pytest

from search.cli.app import MESSAGE_LENGTH
from search.tracking.mlflow_store import LazyStore
from tests.conftest import COUNT, Shell
from tests.inputs import builders, commands, data_files, environment, experiment_files, experiment_keys, loaders, stores

KINDS = {
    "keys of experiment files": experiment_keys.inputs,
    "experiment files": experiment_files.inputs,
    "data files": data_files.inputs,
    "loaders": loaders.inputs,
    "builders": builders.inputs,
    "commands": commands.inputs,
    "environment": environment.inputs,
    "stores": stores.inputs,
}
N_AT_LEAST, LONGEST = 500, 500
ENDING_SECONDS = 10
PASSING = (".lock", ".checksum")  # locks, and the checksum that an earlier version's ledger gets when it is opened


def test_the_inputs_are_at_least_five_hundred():
    names = [(kind, malformed.name) for kind, inputs in KINDS.items() for malformed in inputs()]
    assert len(set(names)) == len(names) >= N_AT_LEAST


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_malformed_inputs_get_one_clear_line_and_leave_nothing(tmp_path, monkeypatch, record_property, request, kind):
    if kind == "builders":  # they are called once the search has connected to MLflow
        request.getfixturevalue("forks")
        LazyStore(f"sqlite:///{tmp_path}/mlflow.db").prepare()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    given = {malformed.name: malformed for malformed in KINDS[kind]()}
    short = {}
    for number, (name, malformed) in enumerate(given.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        malformed.write(folder)
        if found := shortcomings(Shell(folder, {"TMPDIR": str(temporary), **malformed.variables}), malformed, temporary):
            short[name] = found
    record_property(COUNT, (kind, len(given)))
    assert not short, "\n".join(f"{name}: {'; '.join(found)}" for name, found in short.items())


def shortcomings(shell, malformed, temporary):
    """Return what is wrong with how an input is refused."""
    before, children, kept = files(shell.folder), processes(), set(os.listdir(temporary))
    printed = shell.attempt(*malformed.words)
    lines = printed.stderr.splitlines()
    found = {
        f"exit status {printed.returncode}": printed.returncode != malformed.status,
        f"{len(lines)} lines": len(lines) != 1,
        f"{len(printed.stderr)} characters": len(printed.stderr) > LONGEST,
        "cut": len(printed.stderr) > MESSAGE_LENGTH and printed.stderr.endswith("...\n"),
        f"does not name {malformed.says}": malformed.says.lower() not in printed.stderr.lower(),
        "a fault of perceptune": "fault of perceptune" in printed.stderr or "Traceback" in printed.stderr,
        f"left {sorted(files(shell.folder) - before)}": files(shell.folder) - before,
        f"left in the temporary folder: {os.listdir(temporary)}": set(os.listdir(temporary)) - kept,
        "left a process": psutil.wait_procs(processes() - children, timeout=ENDING_SECONDS)[1],
    }
    short = [text for text, is_wrong in found.items() if is_wrong]
    return [*short, printed.stderr] if short else []


def files(folder):
    """Return all files and study folders of a folder."""
    paths = (path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.suffix not in PASSING)
    return {str(path.relative_to(folder)) for path in paths if not path.is_dir() or path.parent.name == "studies"}


def processes():
    """Return the children of this process that run."""
    children = psutil.Process().children(recursive=True)
    return {child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE}
