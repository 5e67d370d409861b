"""What this project ships: experiment files, and builders and loaders with short names, found without importing them."""

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .packages import ROOT

EXPERIMENTS = ROOT / "experiments"
"""The folder of the shipped experiment files."""
_BUILDER = "build_"


@dataclass(frozen=True)
class Part:
    """A shipped function.

    Attributes:
        reference: Its reference, such as "models.mlp:build_mlp".
        summary: The first line of its docstring.
    """

    reference: str
    summary: str


@functools.cache
def builders() -> Mapping[str, Part]:
    """Return the shipped builders by short name: ``build_mlp`` is "mlp"."""
    return {
        name.removeprefix(_BUILDER): Part(f"models.{file.stem}:{name}", summary)
        for file in sorted((ROOT / "models").glob("*.py"))
        for name, summary in _functions(file)
        if name.startswith(_BUILDER)
    }


@functools.cache
def loaders() -> Mapping[str, Part]:
    """Return the shipped loaders by short name, which is the function's."""
    package = ROOT / "experiments" / "datasets"
    exported = [node for node in ast.parse(_read(package / "__init__.py")).body if isinstance(node, ast.ImportFrom)]
    summaries = {(node.module, name): text for node in exported for name, text in _functions(package / f"{node.module}.py")}
    names = sorted((alias.name, node.module) for node in exported for alias in node.names)
    return {name: Part(f"experiments.datasets:{name}", summaries.get((module, name), "")) for name, module in names}


def _functions(file: Path) -> Iterator[tuple[str, str]]:
    """Yield name and summary of a module's public functions."""
    for node in ast.parse(_read(file)).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, (ast.get_docstring(node) or "").partition("\n")[0]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
