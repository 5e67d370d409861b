"""Files of arrays with plain facts beside them, in NumPy's ``.npz`` format without pickles."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..atomic_file import replacing
from .arrays import Array

_FACTS = "facts"


def save(path: Path, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
    """Write facts and arrays into a compressed ``.npz`` file, whose folder is created.

    Args:
        path: The file.
        facts: Plain JSON by name.
        arrays: Arrays by name; "facts" is taken.
    """
    content: dict[str, Any] = {_FACTS: np.array(json.dumps(facts)), **arrays}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **content)


def load(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what `save` wrote: the facts, and the arrays."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return json.loads(str(arrays.pop(_FACTS))), arrays
