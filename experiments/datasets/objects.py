"""Generated images, each of one object: its class and its place are the targets of one network."""

from typing import Any

import numpy as np
import pandas as pd

from .split import three_parts

CLASSES = ("disc", "rectangle")
BOX = ("x", "y", "width", "height")


def objects(n_rows: int = 2000, size: int = 32, noise: float = 0.1, seed: int = 42) -> dict[str, Any]:
    """Return grey images of a bright disc or rectangle on a dark ground, with the class and the box of the object.

    Args:
        n_rows: Images in all parts together. Defaults to 2,000.
        size: Height and width, at least 16. Defaults to 32.
        noise: Standard deviation of the noise on every pixel. Defaults to 0.1.
        seed: Seed of images and splits. Defaults to 42.

    Returns:
        The three parts (60, 20 and 20 in a hundred), float32 ``(n_rows, size, size, 1)``; the targets shape (disc or rectangle) and x, y, width
        and height of the smallest box around it, as parts of the image, x and y of its upper left corner; their tasks.

    Raises:
        ValueError: If the size is too small.
    """
    if size < 16:
        raise ValueError(f"size = {size} is too small for objects of a few pixels; expected at least 16")
    generator = np.random.default_rng(seed)
    is_rectangle = generator.integers(0, 2, n_rows)
    width, height = generator.integers(size // 5, size // 2 + 1, (2, n_rows))
    height = np.where(is_rectangle, height, width)  # a disc is as high as it is wide
    left, top = (generator.integers(0, size - extent + 1) for extent in (width, height))
    row, column = np.arange(size)[:, None] + 0.5, np.arange(size)[None] + 0.5
    across, down = (_from_center(axis, start, extent) for axis, start, extent in ((column, left, width), (row, top, height)))
    in_box = np.maximum(abs(across), abs(down)) <= 1
    images = np.where(is_rectangle[:, None, None], in_box, across**2 + down**2 <= 1) * 0.8
    images = images + noise * generator.normal(size=images.shape)
    targets = pd.DataFrame(np.stack([left, top, width, height], axis=1) / size, columns=list(BOX))
    targets.insert(0, "shape", [CLASSES[number] for number in is_rectangle])
    parts = three_parts(images[..., None].astype(np.float32), targets, seed=seed, stratify=False)
    return {**parts, "task": {"shape": "binary", **dict.fromkeys(BOX, "regression")}, "positive": {"shape": CLASSES[1]}}


def _from_center(axis: np.ndarray, start: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Return how far pixels are from the middle of each object along an axis, -1 and 1 at its ends, ``(n_rows, ...)``."""
    half = (extent / 2)[:, None, None]
    distance: np.ndarray = (axis - start[:, None, None] - half) / half
    return distance
