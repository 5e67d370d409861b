"""The model and the data set that experiments/README.md adds are searched as they are written there, and their champions predict."""

import contextlib
import re
from pathlib import Path

import pytest

from search import load_champion, load_experiment
from search.data.dataset import load_dataset

README = (Path(__file__).parents[1] / "experiments" / "README.md").read_text(encoding="utf-8")
COMMAND = ".venv/bin/perceptune "


def addition(title):
    """Return the lines under a heading."""
    [text] = re.findall(rf"^### {title}\n(.*?\n```console\n.*?```\n)", README, flags=re.M | re.S)
    return text


def write_files(text, folder):
    """Write each block that starts with the name of its file."""
    for name, content in re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", text, flags=re.S):
        (folder / name).write_text(content)


def command(text):
    """Return the arguments of the only command."""
    [line] = re.findall(r"```console\n(.*)\n```", text)
    assert line.startswith(COMMAND)
    return line.removeprefix(COMMAND).split()


@pytest.mark.parametrize("title", ["A model", "A data set"])
def test_an_addition_is_shown_in_under_30_lines(title):
    assert len(addition(title).splitlines()) < 30


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("title", "study"), [("A model", "two_widths"), ("A data set", "rings")])
def test_an_addition_is_searched_as_written_and_its_champion_predicts(shell, monkeypatch, title, study):
    text = addition(title)
    write_files(text, shell.folder)
    printed = shell.call(*command(text), "--trials", 2, "--executor", "in-process", "--set", "space.training.epochs=3").stdout
    assert f"{study} (2 COMPLETE)" in printed
    monkeypatch.syspath_prepend(shell.folder)
    with contextlib.chdir(shell.folder):
        test = load_dataset(load_experiment(f"{study}.toml").data).test
        predictions = load_champion(study).predict(test.features)["prediction"]
    assert len(predictions) == len(test.target)
    assert set(predictions) <= set(test.target)
