"""Reads image files as arrays of one size and number of channels, for training and prediction alike."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
"""Of image files."""
Channels = Literal["grey", "rgb"]
_MODES: Mapping[Channels, str] = {"grey": "L", "rgb": "RGB"}
_N_THREADS = 4
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B")
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
"""EXIF's tag of how a camera was held, and its values that swap height and width."""


@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """How image files become arrays.

    Attributes:
        height: Height in pixels; images of another size are resized, bilinear.
        width: Width in pixels.
        channels: "grey" (one channel) or "rgb" (three); transparency is lost.
    """

    height: int
    width: int
    channels: Channels

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(**facts)


def image_files(folder: Path) -> list[Path]:
    """Return the image files in a folder and in those below it, sorted; files and folders whose names begin with a dot are left out."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def read_images(paths: Sequence[Path], form: ImageFormat) -> np.ndarray:
    """Read image files, upright as cameras note it; pixels of 16 bits become 8.

    Args:
        paths: The files, at least one.
        form: The size and the channels.

    Returns:
        uint8, ``(n_files, height, width, n_channels)``.

    Raises:
        ValueError: If a file is no image, with its name.
        OSError: If a file cannot be read.
    """
    with ThreadPoolExecutor(_N_THREADS) as pool:  # decoding releases Python's lock
        return np.stack(list(pool.map(lambda path: _read(path, form), paths)))


def common_format(paths: Iterable[Path], size: tuple[int, int] | None = None, channels: Channels | None = None) -> ImageFormat:
    """Return the format that fits image files.

    Args:
        paths: The files, at least one, of which only the heads are read.
        size: Height and width. Defaults to those that all files have.
        channels: Defaults to "grey" if all files are, else to "rgb".

    Raises:
        ValueError: If a file is no image, or they have several sizes and none is given.
    """
    heads = [_head(path) for path in paths] if size is None or channels is None else []
    sizes = {(height, width) for height, width, _ in heads}
    if size is None and len(sizes) > 1:
        (height, width), *_ = sorted(sizes)
        raise ValueError(f"the images have {len(sizes)} sizes, such as {height} x {width}; give one, such as size = [{height}, {width}]")
    height, width = size or sizes.pop()
    return ImageFormat(height=height, width=width, channels=channels or ("rgb" if any(is_colour for *_, is_colour in heads) else "grey"))


def _head(path: Path) -> tuple[int, int, bool]:
    """Return height, width, and whether a file has colours."""
    with _opened(path) as image:
        height, width = (image.width, image.height) if image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE else (image.height, image.width)
        return height, width, image.mode not in ("1", "L", "LA", *_SIXTEEN_BITS)


def _read(path: Path, form: ImageFormat) -> np.ndarray:
    from PIL import Image, ImageOps

    with _opened(path) as image:
        try:
            upright = ImageOps.exif_transpose(image)
            if image.mode in _SIXTEEN_BITS:
                upright = Image.fromarray((np.asarray(upright) / 257).round().astype(np.uint8))
            pixels = upright.convert(_MODES[form.channels])
        except (OSError, ValueError, SyntaxError) as error:
            raise ValueError(f"{path} is damaged: {error}") from None
    if pixels.size != (form.width, form.height):
        pixels = pixels.resize((form.width, form.height), Image.Resampling.BILINEAR)
    return np.asarray(pixels, np.uint8).reshape(form.height, form.width, -1)


def _opened(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(path)
    except UnidentifiedImageError:
        raise ValueError(f"{path} is no image that can be read; take it out of the folder") from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"{path}: {error}") from None
    if image.mode in ("I", "F"):
        image.close()
        raise ValueError(f"{path} has pixels of 32 bits; expected 8 or 16, save it so")
    return image
