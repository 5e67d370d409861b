"""The model and the data set that README.md adds are searched as they are written there, and their champions predict."""

import json
import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMAND = ".venv/bin/python -m search "
PREDICT = """
import json
from search import load_champion, load_experiment
from search.data.dataset import load_dataset
test = load_dataset(load_experiment({file!r}).data).test
predictions = load_champion({study!r}).predict(test.features)["prediction"]
print(json.dumps([len(predictions) == len(test.target), set(predictions) <= set(test.target)]))
"""


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
@pytest.mark.parametrize(("title", "study"), [("A model", "two_widths"), ("A data set", "rings")])
def test_an_addition_is_searched_as_written_and_its_champion_predicts(shell, title, study):
    text = addition(title)
    write_files(text, shell.folder)
    printed = shell.call(*command(text), "--trials", 2, "--executor", "in-process", "--set", "space.training.epochs=3").stdout
    assert f"{study} (2 COMPLETE)" in printed
    output = shell.python(PREDICT.format(file=f"{study}.toml", study=study))
    assert json.loads(output.splitlines()[-1]) == [True, True]
