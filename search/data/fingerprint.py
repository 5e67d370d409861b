"""The fingerprint of a data set: equal for equal content, whatever process, index or order of the dict it came in."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .columns import column_bytes
from .parts import Part


def fingerprint(parts: Mapping[str, Part], description: Any) -> str:
    """Return the SHA-256 of a data set's content, 16 hexadecimal digits.

    Args:
        parts: The parts by name, in the order train, validation, test.
        description: Names of targets, tasks and classes, as values that JSON can write.
    """
    digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode())
    for name, part in parts.items():
        digest.update(json.dumps([name, len(part.target)]).encode())
        for content in _contents(part, name):
            digest.update(content)
    return digest.hexdigest()[:16]


def _contents(part: Part, name: str) -> list[bytes]:
    """Return the bytes of a part's features, targets and weights, with the names of its columns."""
    features = part.features
    if isinstance(features, pd.DataFrame):
        contents = [json.dumps(column).encode() + column_bytes(features[column], name) for column in features]
    else:
        contents = [f"{features.dtype}{features.shape}".encode() + np.ascontiguousarray(features).tobytes()]
    weights = [] if part.weights is None else [b"sample_weight", part.weights.tobytes()]
    return contents + [column_bytes(values, name) for values in part.targets.values()] + weights
