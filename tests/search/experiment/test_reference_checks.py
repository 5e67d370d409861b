"""References are checked by reading files: a wrong one is refused with the nearest name, and nothing is imported."""

import sys
from pathlib import Path

import pytest

from search.errors import UnknownReferenceError
from search.experiment.file import parse_experiment
from search.experiment.packages import join
from search.experiment.reference_checks import check_references
from search.experiment.references import resolve
from search.experiment.source_code import own_files

OBJECTIVE = {"metric": "val_loss", "direction": "minimize"}
NEVER = "raise SystemExit('imported')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The user's working directory; what is imported from it is forgotten afterwards."""
    known = set(sys.modules)
    with monkeypatch.context() as patched:
        patched.chdir(tmp_path)
        patched.syspath_prepend(str(tmp_path))
        yield tmp_path
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    join()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def check(model: str, **more: object) -> None:
    check_references(parse_experiment({"name": "a", "model": model, "data": {"loader": "iris"}, "objective": OBJECTIVE} | more, "test"))


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("own:biuld", r'"own:biuld": own has no "biuld"; did you mean "build"\? Valid: Net, build$'),
        ("onw:build", r'there is no module "onw"; did you mean "own"\? Or correct the name, or put the folder that holds it on PYTHONPATH'),
        ("nothing_alike:build", r'there is no module "nothing_alike"; correct the name'),
        ("models.mpl:build_mlp", r'there is no module "models.mpl"; did you mean "mlp"\? Or correct the name'),
        ("models.mlp:build", r'models.mlp has no "build"'),
        ("own.deeper:build", r'there is no module "own.deeper"; correct the name'),
        ("broken:build", r'"broken:build": .*broken.py line 2 is not Python: '),
        ("search.nothing:build", r'there is no module "search.nothing"'),
    ],
)
def test_a_wrong_reference_is_refused(folder: Path, reference: str, message: str) -> None:
    write(folder, {"own": f"import json\n{NEVER}def build(): ...\nclass Net: ...\n", "broken": "x = 1\ndef (:\n"})
    with pytest.raises(UnknownReferenceError, match=message):
        check(reference)


@pytest.mark.parametrize(
    "reference",
    [
        "own:build",
        "own:Net.make",
        "own:guarded",
        "own:loads",
        "own:first",
        "own:late",
        "dynamic:any",
        "starred:any",
        "package:inner.build",
        "json:any",
    ],
)
def test_a_name_that_may_be_there_is_left_to_the_import(folder: Path, reference: str) -> None:
    own = "try:\n    from json import loads\nexcept ImportError:\n    pass\nif loads:\n    guarded = 1\nfirst, *rest = 1, 2\n"
    own += f"def set_late():\n    global late\ndef build(): ...\nclass Net: ...\n{NEVER}"
    write(folder, {"own": own, "dynamic": "globals()['any'] = 1\n", "starred": "from json import *\n"})
    write(folder, {"package/__init__": "", "package/inner": NEVER})
    check(reference)


def test_callbacks_samplers_and_pruners_are_checked(folder: Path) -> None:
    write(folder, {"own": "def build(): ...\n"})
    for more in (
        {"callbacks": [{"use": "own:Biuld"}]},
        {"callbacks": [{"use": "keras.callbacks:Anything", "inner": {"use": "own:Biuld"}}]},
        {"search": {"sampler": "own:Biuld"}},
        {"search": {"pruner": "own:Biuld"}},
    ):
        with pytest.raises(UnknownReferenceError, match='own has no "Biuld"'):
            check("own:build", **more)


def test_a_user_s_package_adds_modules_to_ours(folder: Path) -> None:
    write(
        folder,
        {"models/__init__": NEVER, "models/mine": "from .parts import build\n", "models/parts": "def build(): ...\n", "experiments/__init__": NEVER},
    )
    check("models.mine:build")
    check("mlp")
    assert resolve("models.mine:build").__module__ == "models.parts"
    assert resolve("experiments.datasets:iris")
    assert {name: file.parent for name, file in own_files(["models.mine"]).items() if name != "models"} == {
        "models.mine": folder / "models",
        "models.parts": folder / "models",
    }


@pytest.mark.parametrize(
    ("files", "reference", "hidden"),
    [
        ({"models/mlp": "def build_mlp(): ...\n"}, "models.mlp:build_mlp", "models/mlp.py"),
        ({"models/mlp": "def build_mine(): ...\n"}, "models.mlp:build_mine", "models/mlp.py"),
        ({"models": "def build(): ...\n"}, "models:build", "models.py"),
        ({"models/__init__": "from .mine import build\n", "models/mine": "def build(): ...\n"}, "models:build", "models/__init__.py"),
        ({"search": "def build(): ...\n"}, "search:build", "search.py"),
        ({"models/hidden": "class Mine: ...\n", "models/mine": "from .hidden import Mine\n"}, "models.mine:Mine", "models/hidden.py"),
        ({"search": "def helper(): ...\n", "own": "from search import helper\n"}, "own:helper", "search.py"),
    ],
)
def test_a_file_that_is_hidden_and_meant_is_named(folder: Path, files: dict[str, str], reference: str, hidden: str) -> None:
    write(folder, files)
    with pytest.raises(UnknownReferenceError, match=f"is a module of this project, which hides your file {folder / hidden}; "):
        check(reference)


def test_a_file_that_is_hidden_and_not_meant_does_no_harm(folder: Path) -> None:
    write(folder, {"models/mlp": "def mine(): ...\n", "own": "from models.mlp import build_mlp\n", "search": NEVER, "experiments": NEVER})
    check("mlp")
    assert resolve("experiments.datasets:iris")
    check("own:build_mlp")
    assert resolve("own:build_mlp") is resolve("models.mlp:build_mlp")
