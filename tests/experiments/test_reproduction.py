"""What the reproduction of the documented figures says of a row that it cannot run."""

import subprocess
import sys

NOBODY = "http://127.0.0.1:9"  # the discard port, where nobody listens


def test_a_row_without_its_data_file_names_the_file_and_is_not_missed(shell):
    folder = shell.folder / "empty"
    variables = {"PERCEPTUNE_DATA": str(folder), "KERAS_HOME": str(folder), "http_proxy": NOBODY, "https_proxy": NOBODY, "HTTPS_PROXY": NOBODY}
    finished = subprocess.run(
        [sys.executable, "-m", "experiments.reproduction", "--rows", "12"],
        cwd=shell.folder,
        env=shell.environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = finished.stdout.splitlines()
    [row] = [line for line in lines if line.startswith("| 12 |")]
    assert row.endswith("| no data |")
    assert f"train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz in {folder}" in row
    assert (finished.returncode, lines[-1]) == (0, "0 of 1 rows reproduced, 0 missed, 1 without data")


def test_an_unknown_row_is_refused(shell):
    command = [sys.executable, "-m", "experiments.reproduction", "--rows", "99"]
    finished = subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert '--rows "99": expected numbers from 1 to 21' in finished.stderr
