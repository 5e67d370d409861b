"""Data files on every machine, and experiments shrunk to seconds."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.datasets.folder import data_folder
from tests.experiments.small_files import WRITERS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A folder of data files: the real ones where PERCEPTUNE_DATA has them, else small ones."""
    folder = tmp_path_factory.mktemp("data")
    for name, write in WRITERS.items():
        real, place = data_folder().absolute() / name, folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if any(path.is_file() for path in (real, *real.glob("*"))):  # a download that failed leaves an empty folder
            place.symlink_to(real)
        else:
            write(place)
    return folder


@pytest.fixture
def shell(shell, data):
    """The command line, with data files."""
    return replace(shell, variables={"PERCEPTUNE_DATA": str(data)})


@pytest.fixture
def shrunken():
    """Return the arguments of ``run`` for a shipped experiment, shrunk to two short trials."""

    def shrink(name):
        return [str(ROOT / "experiments" / f"{name}.toml"), "--trials", 2, "--set", "space.training.epochs=4"]

    return shrink
