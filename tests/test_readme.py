"""The README pages and CONTRIBUTING.md name only files, commands and options that exist."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from search.cli.app import app
from search.experiment.file import load_experiment, parse_experiment

ROOT = Path(__file__).parents[1]
README, CLI, API, EXPERIMENTS = (
    (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "search/cli/README.md", "search/api/README.md", "experiments/README.md")
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("*/README.md")),
    *sorted(ROOT.glob("search/*/README.md")),
    *sorted(ROOT.glob("search/*.md")),
]
COMMANDS = README + CLI + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8") + (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


def test_every_make_command_exists():
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", COMMANDS, flags=re.M))
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.M))
    assert named
    assert named <= targets


def test_every_command_is_shown():
    commands = set(get_command(app).commands)
    shown = set(re.findall(r"`([a-z-]+)[^`]*`", "".join(re.findall(r"^\| (`.*?) \|", CLI, flags=re.M))))
    assert commands == shown


def test_every_option_of_run_is_shown():
    [block] = [block for block in blocks("console", CLI) if "perceptune run EXPERIMENT" in block]
    options = {option for parameter in get_command(app).commands["run"].params for option in parameter.opts if option.startswith("--")}
    assert options == set(re.findall(r"--[a-z-]+", block))


@pytest.mark.parametrize("page", [README, EXPERIMENTS], ids=["README.md", "experiments/README.md"])
def test_the_experiment_file_is_valid(page):
    [content] = [content for content in blocks("toml", page) if "customers.csv" in content]
    assert parse_experiment({"name": "readme"} | tomllib.loads(content), "README.md").search.n_trials == 50


def test_the_python_examples_load_what_they_name():
    experiment = load_experiment(ROOT / "experiments" / "diabetes.toml", ["search.n_trials=10", "space.training.epochs=50"])
    assert experiment.search.n_trials == 10
    import search

    for name in re.findall(r"from (?:search|perceptune) import (.*)", README + CLI + API):
        assert all(callable(getattr(search, part.strip())) for part in name.split(","))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_broken(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_folder_named_exists(page):
    named = re.findall(r"`((?:search|tests|models|experiments)/[\w./-]*)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_layout_in_contributing_names_every_folder_and_file_of_search():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [layout] = re.findall(r"```text\nsearch/\n(.*?)```", text, flags=re.S)
    named = set(re.findall(r"\w+(?:/|\.py)", layout))
    top = {path.name + "/" * path.is_dir() for path in (ROOT / "search").iterdir() if (path.is_dir() or path.suffix == ".py")}
    training = {path.name + "/" * path.is_dir() for path in (ROOT / "search" / "training").iterdir() if path.is_dir()}
    assert (top | training) - {"__init__.py", "__pycache__/"} <= named


def test_the_readme_is_short():
    assert len(README.split()) <= 900
