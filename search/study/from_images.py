"""Makes the experiment of a folder of images: size, classes, objective and search space by default."""

from collections.abc import Sequence
from pathlib import Path

from ..data.kinds.images import ImageFormat, has_images
from .usual import begin_file, finish_file

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
    dataset, file = begin_file(_FILE, Path(path).resolve().name, {"loader": "images", "path": str(Path(path))}, overrides)
    form = dataset.row_format
    assert isinstance(form, ImageFormat)  # noqa: S101 - for mypy
    file["data"]["size"], file["data"]["channels"] = [form.height, form.width], form.channels
    file["space"]["model"]["n_blocks"]["high"] = max(2, min(4, min(form.height, form.width).bit_length() - 2))
    file["space"]["training"]["batch_size"]["choices"] = [64, 128, 256] if len(dataset.train.target) > _LARGE else [16, 32, 64]
    return finish_file(file)
