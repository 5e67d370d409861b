import sys

import pytest

from search.experiment.file import parse_experiment
from search.experiment.source_code import computed_imports, digest, own_files, referenced_modules

FILE = '''
"""A module."""
import math

def area(radius):  # in metres
    """Return the area."""
    return math.pi * radius**2
'''


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        (
            FILE.replace("# in metres", "").replace('"""A module."""', "").replace('    """Return the area."""', '\n    """Other\n    words."""\n'),
            True,
        ),
        (FILE.replace("math.pi * radius**2", "(math.pi *\n            radius ** 2)"), True),
        (FILE.replace("radius**2", "radius**2.0"), False),
        (FILE.replace("radius**2", "radius**3"), False),
        (FILE + "area = None\n", False),
    ],
)
def test_only_what_a_file_does_counts(changed, is_same, tmp_path):
    for name, text in {"before": FILE, "after": changed}.items():
        (tmp_path / f"{name}.py").write_text(text)
    assert (digest(tmp_path / "before.py") == digest(tmp_path / "after.py")) is is_same


def test_a_file_with_a_syntax_error_has_a_digest(tmp_path):
    (tmp_path / "broken.py").write_text("def (:\n")
    assert len(digest(tmp_path / "broken.py")) == 16


def test_imports_are_followed_through_the_users_own_modules_without_importing_them(tmp_path, monkeypatch):
    files = {
        "sc_builder.py": "import numpy as np\nimport os.path\nimport sc_package.deep.inner\nraise SystemExit\n",
        "sc_package/__init__.py": "from . import first\nimport typing\nif typing.TYPE_CHECKING:\n    import sc_unused\nelse:\n    import sc_used\n",
        "sc_package/first.py": "def late():\n    from .second import x\n    from ..nowhere import y\n",
        "sc_package/second.py": "from sc_plain.folder import *\n",
        "sc_package/never.py": "",
        "sc_package/deep/__init__.py": "",
        "sc_package/deep/inner.py": "from ..third import a as b, c\nfrom .. import fourth\n",
        "sc_package/third.py": "import sc_builder\n",
        "sc_package/fourth.py": "import sc_broken\n",
        "sc_plain/folder.py": "",
        "sc_unused.py": "",
        "sc_used.py": "",
        "sc_broken.py": "def (:\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    found = own_files(["sc_builder", "search.errors", "json", "keras.layers", "sc_missing"])
    assert {file.relative_to(tmp_path).as_posix() for file in found.values()} == files.keys() - {"sc_package/never.py", "sc_unused.py"}
    assert found["sc_package"] == tmp_path / "sc_package" / "__init__.py"
    assert "sc_builder" not in sys.modules


def test_modules_that_are_imported_by_a_call_are_followed_if_their_names_are_written_there(tmp_path, monkeypatch):
    text = """
import importlib
from importlib import import_module

def build(name):
    importlib.import_module("sc_called")
    import_module(".near", __package__)
    __import__(name="sc_builtin")
    import_module(".far", package="sc_elsewhere")
    importlib.import_module(f"sc_{name}")
    __import__(name)
    import_module(".near", name)
"""
    names = ["sc_calls/__init__.py", "sc_calls/near.py", "sc_called.py", "sc_builtin.py", "sc_other.py"]
    names += ["sc_elsewhere/__init__.py", "sc_elsewhere/far.py"]
    (tmp_path / "sc_calls").mkdir()
    (tmp_path / "sc_elsewhere").mkdir()
    for name in names:
        (tmp_path / name).write_text("")
    (tmp_path / "sc_calls" / "calls.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    of_package = {"sc_calls", "sc_calls.calls", "sc_calls.near"}
    assert own_files(["sc_calls.calls"]).keys() == of_package | {"sc_called", "sc_builtin", "sc_elsewhere", "sc_elsewhere.far"}
    assert computed_imports(tmp_path / "sc_calls" / "calls.py") == [10, 11, 12]


def test_builder_loader_and_callbacks_are_the_code_of_an_experiment():
    content = {
        "name": "own",
        "model": "own.models:build",
        "data": {"loader": "own_data:load", "path": "a:b"},
        "objective": {"metric": "val_loss", "direction": "minimize"},
        "callbacks": [{"use": "own.callbacks:Callback", "inner": {"use": "schedules:step"}}],
    }
    assert referenced_modules(parse_experiment(content, "test")) == ["own.callbacks", "own.models", "own_data", "schedules"]
