"""Studies that an earlier version made stay readable and continue, also in a folder that was renamed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Shell

HERE = Path(__file__).parent / "earlier_version"
ROWS = "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n"


def unpack(folder):
    """Copy the earlier version's experiment files and its ``mlruns/`` into a folder."""
    mlruns = folder / "mlruns"
    for part in ("studies", "artifacts"):
        shutil.copytree(HERE / part, mlruns / part)
    for path in HERE.glob("*.toml"):
        shutil.copy(path, folder)
    for path in mlruns.rglob("MLmodel"):
        path.write_text(path.read_text().replace("{mlruns}", str(mlruns)))
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as database:
        database.executescript((HERE / "mlflow.sql").read_text().replace("{mlruns}", str(mlruns)))


@pytest.fixture
def shell(tmp_path):
    """The earlier studies, in a folder that was renamed since."""
    (tmp_path / "before").mkdir()
    unpack(tmp_path / "before")
    return Shell((tmp_path / "before").rename(tmp_path / "now"))


def test_an_earlier_study_is_shown_and_found_sound(shell):
    assert "6 COMPLETE, 2 PRUNED" in shell.call("show", "old_study").stdout
    assert "1 COMPLETE, 3 INTERRUPTED" in shell.call("show", "old_interrupted").stdout
    assert shell.call("trials", "old_study").stdout.count("COMPLETE") == 6
    assert sorted(trial.split(",")[1] for trial in _trials(shell, "old_interrupted")) == ["COMPLETE", "INTERRUPTED", "INTERRUPTED", "INTERRUPTED"]
    assert "no problems" in shell.call("doctor", "old_study").stdout
    assert "no problems" in shell.call("doctor", "old_interrupted").stdout


def test_an_earlier_champion_predicts(shell):
    (shell.folder / "rows.csv").write_text(ROWS)
    (shell.folder / "predictions.csv").touch()
    printed = shell.call("predict", "old_study", "--input", "rows.csv", "--output", "predictions.csv").stdout
    assert "predictions written to predictions.csv, in place of the earlier file" in printed
    header, *rows = (shell.folder / "predictions.csv").read_text().split()
    assert header.startswith("prediction,probability_setosa")
    assert [row.split(",")[0] for row in rows] == ["setosa", "virginica"]


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_earlier_studies_continue(shell):
    continued = shell.call("run", "old_study.toml", "--trials", 10, "--executor", "in-process")
    assert "8 of 10 trials finished" in continued.stdout
    assert sum(trial.split(",")[1] in ("COMPLETE", "PRUNED") for trial in _trials(shell, "old_study")) == 10
    folder = shell.folder / "mlruns" / "studies" / "old_interrupted"
    assert (folder / "checkpoints" / "1.npz").is_file()
    assert "starts again" not in shell.call("run", "old_interrupted.toml", "--executor", "in-process").stderr
    assert [trial.split(",")[1] for trial in _trials(shell, "old_interrupted")] == ["COMPLETE"] * 4
    assert "no problems" in shell.call("doctor", "old_study").stdout
    assert "no problems" in shell.call("doctor", "old_interrupted").stdout


def _trials(shell, study):
    shell.call("trials", study, "--csv", "trials.csv")
    return (shell.folder / "trials.csv").read_text().splitlines()[1:]
