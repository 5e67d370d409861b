"""Makes the experiment of a folder of images: size, classes, objective and search space by default."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit

from ..data.dataset import load_dataset
from ..data.kinds.images import ImageFormat, has_images
from ..errors import DataError
from ..experiment.file import parse_experiment
from ..experiment.shipped import EXPERIMENTS
from .objective import usual_objective

_LARGE = 10_000
"""Training images from which larger batches are searched."""
_FILE = """\
# Predicts the class of images: each class has a folder.
name = "" # of the study
model = "convnet" # blocks of convolutions; `perceptune models` lists others

[data]
loader = "images"
path = ""
size = []        # height and width in pixels; other images are resized
channels = ""    # "grey" or "rgb"

[space.model]     # arguments of the model: a plain value is fixed, a table with a type is searched
n_blocks = { type = "int", low = 1, high = 4 }
n_maps = { type = "int", low = 8, high = 64, log = true }
n_convolutions = { type = "int", low = 1, high = 2 }
normalization = { type = "categorical", choices = ["none", "batch"] }
dropout = { type = "float", low = 0.0, high = 0.5 }
# flip = "horizontal"  # images are changed at random in training; also rotation, translation and zoom, such as 0.1

[space.training]
learning_rate = { type = "float", low = 1e-4, high = 1e-2, log = true }
batch_size = { type = "categorical", choices = [] }
epochs = 40
patience = 6      # epochs without a better validation value, then a trial ends

[objective]
metric = ""
direction = ""

[search]
sampler = "auto"
n_trials = 20     # in total; a repeated command continues
seed = 42
"""


def is_image_folder(source: str) -> bool:
    """Return whether a name is that of a folder with images in folders below it."""
    folder = Path(source)
    return folder.is_dir() and has_images(folder)


def images_experiment(path: str, overrides: Sequence[str] = ()) -> str:
    """Return the text of the experiment file that predicts the classes of a folder's images.

    Args:
        path: The folder, with a folder for each class, as of the loader "images".
        overrides: Changes as ``key.path=value``, of which those of ``data`` count. Defaults to none.

    Raises:
        ExperimentError: If an override is not valid.
        DataError: If the images cannot be read, or have several sizes and none is given.
    """
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(path).resolve().name).strip("-_") or "images"
    data = {"loader": "images", "path": str(Path(path))}
    first = {"name": name, "model": "convnet", "data": dict(data), "objective": {"metric": "val_loss", "direction": "minimize"}}
    section = parse_experiment(first, path, [change for change in overrides if change.startswith("data.")]).data
    try:
        dataset = load_dataset(section)
    except DataError as error:
        raise DataError(str(error).removeprefix(f'[data] loader = "{section.loader}": ')) from None
    form = dataset.row_format
    assert isinstance(form, ImageFormat)  # noqa: S101 - for mypy
    file: Any = tomlkit.parse(_FILE)
    file["name"] = name
    for key, value in ({**data, **section.arguments, "size": [form.height, form.width], "channels": form.channels}).items():
        file["data"][key] = value
    file["space"]["model"]["n_blocks"]["high"] = max(2, min(4, min(form.height, form.width).bit_length() - 2))
    file["space"]["training"]["batch_size"]["choices"] = [64, 128, 256] if len(dataset.train.target) > _LARGE else [16, 32, 64]
    file["objective"]["metric"], file["objective"]["direction"] = usual_objective(dataset)
    return f"#:schema {(EXPERIMENTS / 'schema.json').as_uri()}\n{tomlkit.dumps(file)}"
