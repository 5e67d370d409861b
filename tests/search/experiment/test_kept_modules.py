"""A process imports the user's modules as they were, whatever was edited since."""

import importlib
import inspect
import sys
import traceback

import pytest

from search.experiment.kept_modules import import_kept, read_modules
from search.experiment.source_code import own_files

FILES = {
    "km_package/__init__.py": "from .part import value\n",
    "km_package/part.py": "from pathlib import Path\n\nvalue = Path(__file__).with_name('value.txt').read_text()\n",
    "km_plain.py": "import km_package\n\n\ndef fail():\n    raise ValueError(km_package.value)  # as kept\n",
}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Modules whose sources were read, and then edited."""
    (tmp_path / "km_package").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "km_package/value.txt").write_text("beside the file")
    monkeypatch.syspath_prepend(tmp_path)
    modules = read_modules(own_files(["km_plain"]))
    for name in FILES:
        (tmp_path / name).write_text("raise SystemExit\n")
    before, finders = set(sys.modules), list(sys.meta_path)
    import_kept(modules)
    yield modules
    sys.meta_path[:] = finders
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_kept_modules_are_imported_with_the_files_beside_them_and_their_lines(kept, tmp_path):
    assert {module.name for module in kept} == {"km_package", "km_package.part", "km_plain"}
    plain = importlib.import_module("km_plain")
    assert plain.__file__ == str(tmp_path / "km_plain.py")
    with pytest.raises(ValueError, match="beside the file") as failed:
        plain.fail()
    assert "# as kept" in "".join(traceback.format_exception(failed.value))
    assert "# as kept" in inspect.getsource(plain.fail)
    assert not list(tmp_path.rglob("*.pyc"))
