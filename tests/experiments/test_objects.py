"""One network finds the class and the place of an object: from the experiment file to predictions in a shell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.datasets.objects import BOX, CLASSES, objects
from models.object_network import build_object_network

FILE = Path(__file__).parents[2] / "experiments" / "objects.toml"


def overlap(boxes, others):
    """Return the intersection over union of pairs of boxes, x, y, width and height, ``(n_rows,)``."""
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    return common / (boxes[:, 2:].prod(axis=1) + others[:, 2:].prod(axis=1) - common)


def test_the_box_is_the_smallest_around_the_object():
    images, targets = objects(n_rows=20, size=20, noise=0.0)["train"]
    for image, (_, target) in zip(images[..., 0] > 0, targets.iterrows(), strict=True):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        found = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
        assert (target[list(BOX)] * 20).tolist() == pytest.approx(found)
        assert (target["shape"] == CLASSES[1]) == image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    with pytest.raises(ValueError, match="size = 8 is too small"):
        objects(size=8)


def test_the_network_needs_both_outputs():
    model = build_object_network((16, 16), {"class": "multiclass", "box": "regression"}, {"class": 3, "box": 4}, n_maps=2)
    assert {name: output.shape[1:] for name, output in model.output.items()} == {"class": (3,), "box": (4,)}
    with pytest.raises(ValueError, match=r"has one output; expected \[outputs.class\] and \[outputs.box\]"):
        build_object_network((16, 16), "binary", 1)


@pytest.mark.slow
def test_a_champion_predicts_class_and_box(shell):
    changes = ("executor.name=in-process", "data.n_rows=900", "data.size=16", "space.training.epochs=25", "search.n_trials=2")
    shell.call("run", str(FILE), *(word for change in changes for word in ("--set", change)))
    images, targets = objects(n_rows=900, size=16)["test"]
    np.save(shell.folder / "images.npy", images)
    shell.call("predict", "objects", "--input", "images.npy", "--output", "found.csv")
    found = pd.read_csv(shell.folder / "found.csv")
    columns = [f"box_{name}_prediction" for name in BOX]
    assert list(found) == ["class_prediction", "class_probability_disc", "class_probability_rectangle", *columns]
    boxes = targets[list(BOX)].to_numpy()
    assert (found["class_prediction"] == targets["shape"].to_numpy()).mean() > 0.75
    of_mean_box = overlap(boxes, np.broadcast_to(boxes.mean(axis=0), boxes.shape)).mean()
    assert overlap(boxes, found[columns].to_numpy()).mean() > max(0.5, 2 * of_mean_box)
