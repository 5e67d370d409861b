"""Joins this project's packages ``models`` and ``experiments`` with a user's folders of the same names.

The packages are always this project's; a user's folder adds its modules to them, and its ``__init__.py`` is not run.
"""

import os
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder of this project's packages."""
PACKAGES = ("models", "experiments")
_INSTALLED = ("site-packages", "dist-packages")
_OWN_FILE = Path("search", "experiment", "references.py")


def readable_path() -> list[str]:
    """Return the places where modules are looked for, without those that this user may not read, for which `PathFinder` raises."""
    effective = os.access in os.supports_effective_ids
    return [place for place in sys.path if os.access(place or ".", os.R_OK, effective_ids=effective)]


def folders_of_user(sys_path: Sequence[str] | None = None) -> list[Path]:
    """Return the folders that a user's modules are imported from: those of ``sys.path`` without installed packages and this project.

    Args:
        sys_path: The entries. Defaults to those of ``sys.path``.
    """
    entries = [Path(entry or ".").absolute() for entry in (readable_path() if sys_path is None else sys_path)]
    own = {_root(name) for name in PACKAGES}
    python = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "scripts")]
    return [
        entry
        for entry in dict.fromkeys(entries)
        if entry.is_dir()
        and not any(entry.is_relative_to(folder) for folder in python)
        and not any(part in _INSTALLED for part in entry.parts)
        and not (entry / _OWN_FILE).exists()
        and entry not in own
    ]


def _root(name: str) -> Path:
    """Return the folder that holds one of `PACKAGES`: that of ``search``, or one beside it, as Ray makes for each package that it copies."""
    beside = (Path(entry) for entry in sys.path if Path(entry).parent == ROOT.parent)
    return next((folder for folder in (ROOT, *beside) if (folder / name / "__init__.py").is_file()), ROOT)


def find(name: str) -> ModuleSpec:
    """Return where one of `PACKAGES` is: this project's folder, then those of the user.

    Args:
        name: The package.

    Returns:
        Its specification. Its file is this project's ``__init__.py``.
    """
    own = _root(name) / name
    places = [str(own), *(str(folder / name) for folder in folders_of_user() if (folder / name).is_dir())]
    spec = spec_from_file_location(name, own / "__init__.py", submodule_search_locations=places)
    assert spec is not None  # noqa: S101 - a file ending in .py has one
    return spec


def join() -> None:
    """Let `PACKAGES` be imported as `find` finds them; a package that is imported already gets this project's modules too."""
    for name in PACKAGES:
        spec, module = find(name), sys.modules.get(name)
        if module is None:
            module = sys.modules[name] = module_from_spec(spec)
            if spec.loader:
                spec.loader.exec_module(module)
        elif hasattr(module, "__path__"):
            module.__path__ = list(spec.submodule_search_locations or ())
