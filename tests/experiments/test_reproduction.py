"""The reproduction of the documented figures: what counts as missed, what the table keeps, and rows that cannot be run."""

import pytest

from experiments.reproduction import __main__ as reproduction
from experiments.reproduction import figures
from experiments.reproduction.__main__ import main
from experiments.reproduction.studies import Study

UNREACHABLE = "http://127.0.0.1:9"  # the discard port, where nothing listens


@pytest.mark.parametrize(
    ("accuracy", "n_parameters", "ours", "mark"),
    [
        (0.7966, 177, "parameters 177, test accuracy 0.7966", "ok"),
        (0.7652, 177, "parameters 177, test accuracy 0.7652 (not 0.7853 ± 0.02)", "missed"),
        (float("nan"), 177, "parameters 177, test accuracy nan (not 0.7853 ± 0.02)", "missed"),
        (0.7853, 178, "parameters 178 (not 177 ± 0), test accuracy 0.7853", "missed"),
    ],
)
def test_a_figure_beyond_its_tolerance_is_missed_and_named(accuracy, n_parameters, ours, mark):
    check = figures.figures("small", figures.parameters(177), figures.test("accuracy", 0.7853, 0.02))
    finding = check({"small": Study("small", {"n_parameters": n_parameters, "test": {"accuracy": accuracy}}, 1.0)})
    assert (finding.ours, finding.mark) == (ours, mark)


@pytest.mark.slow
def test_a_row_is_compared_and_written_in_the_place_of_its_earlier_line(tmp_path, monkeypatch, capsys):
    """Row 10 compares an evaluation on the training part and losses of single epochs."""
    table = tmp_path / "REPRODUCED.md"
    kept = "| 1 | threshold unit | AND, OR, XOR | documented | ours | 43 | 2026-11-21 | ok |"
    table.write_text(f"{kept}\n| 10 | 10-5-2 classifier | diabetes | documented | earlier | 1 | 2026-11-21 | missed |\n| 10 | of nothing | now | |\n")
    monkeypatch.setattr(reproduction, "TABLE", table)
    monkeypatch.chdir(tmp_path)
    assert main(["--rows", "10"]) == 0
    [row] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| 10 |")]
    assert row.endswith(" | ok |")
    for name in ("parameters 177, train accuracy 0.7", "train loss 0.5", "test loss 0.4", "loss of epoch 1 ", "loss of epoch 1010 0.5"):
        assert name in row
    assert table.read_text(encoding="utf-8").splitlines()[-2:] == [kept, row]


@pytest.mark.slow
def test_a_row_without_its_data_file_names_the_file_and_is_not_missed(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "empty"
    monkeypatch.chdir(tmp_path)
    for name in ("PERCEPTUNE_DATA", "KERAS_HOME"):
        monkeypatch.setenv(name, str(folder))
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, UNREACHABLE)
    status = main(["--rows", "12"])
    lines = capsys.readouterr().out.splitlines()
    [row] = [line for line in lines if line.startswith("| 12 |")]
    assert row.endswith("| no data |")
    assert f"train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz in {folder}" in row
    assert (status, lines[-1]) == (0, "0 of 1 rows reproduced, 0 missed, 1 without data")


def test_an_unknown_row_is_refused(capsys):
    assert main(["--rows", "99"]) == 2
    assert '--rows "99": expected numbers from 1 to 21' in capsys.readouterr().err
