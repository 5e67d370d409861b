"""The reproduction of the documented figures, for rows that cannot be run."""

import pytest

from experiments.reproduction.__main__ import main

UNREACHABLE = "http://127.0.0.1:9"  # the discard port, where nothing listens


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
