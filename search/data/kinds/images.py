"""Image files as arrays of one size and number of channels."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, final

import numpy as np
import pandas as pd

from ...errors import DataError, listed
from ...redaction import one_line, shorten
from .base import RawRows, ReadTable

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
"""Of image files."""
Channels = Literal["grey", "rgb"]
_MODES: Mapping[Channels, str] = {"grey": "L", "rgb": "RGB"}
_N_THREADS = 4
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B")
_GREY = ("1", "L", "LA", *_SIXTEEN_BITS)
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
"""EXIF's tag of how a camera was held, and its values that swap height and width."""
_FILE_COLUMNS = ("file", "path", "filename", "image")
"""The columns of a table that may name image files, the likeliest first, if the training data had no such column."""


@final
@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """How image files become arrays.

    Attributes:
        height: Height in pixels; images of another size are resized, bilinear.
        width: Width in pixels.
        channels: "grey" (one channel) or "rgb" (three); what is transparent becomes white.
        file: The column with the files in a table of them. Defaults to "file".
    """

    height: int
    width: int
    channels: Channels
    file: str = "file"
    kind: ClassVar[str] = "images"
    example: ClassVar[str] = "photos/"
    folds: ClassVar[str] = ""

    @property
    def gap(self) -> int:
        """0: images share nothing."""
        return 0

    def scaling(self, rows: np.ndarray) -> str:
        """Return "pixels"."""
        return "pixels"

    def describe(self) -> str:
        """Return their size and channels."""
        return f"Images of {self.height} x {self.width} pixels, {self.channels}; others are resized"

    def read(self, path: Path, shape: Sequence[int], targets: Sequence[str], read_table: ReadTable) -> RawRows:
        """Read a folder of images, whose folders name their classes; one image; or a table of files. See `RowFormat.read`."""
        labels = pd.DataFrame()
        if path.is_dir():
            paths, files = self._in_folder(path)
            if all("/" in file for file in files):
                labels = pd.DataFrame({target: [file.partition("/")[0] for file in files] for target in targets})
        elif path.suffix.lower() in SUFFIXES:
            paths, files = [path], [path.name]
        else:
            labels = read_table(path, {})
            by_name = {str(name).lower(): name for name in reversed(labels.columns)}
            column = next((by_name[name] for name in (self.file.lower(), *_FILE_COLUMNS) if name in by_name), None)
            if column is None:
                raise DataError(f'"{path}" has the columns {listed(list(map(str, labels)))}; expected one named "{self.file}" with image files')
            files = [str(name) for name in labels[column]]
            paths = [path.parent / name for name in files]
        try:
            return RawRows(read_images(paths, self), labels, pd.Series(files, name="file"))
        except (ValueError, OSError) as error:
            raise DataError(f'"{path}": {shorten(one_line(str(error)), 300)}') from None

    def _in_folder(self, folder: Path) -> tuple[list[Path], list[str]]:
        paths = image_files(folder)
        if not paths:
            raise DataError(f'The folder "{folder}" has no images; expected files that end in {listed(SUFFIXES)}')
        return paths, [file.relative_to(folder).as_posix() for file in paths]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(**facts)


def image_files(folder: Path) -> list[Path]:
    """Return the image files in a folder and in those below it, also by links, sorted; names that begin with a dot are left out."""
    return sorted(_walk(folder))


def has_images(folder: Path) -> bool:
    """Return whether a folder below this one holds an image file."""
    return any(path.parent != folder for path in _walk(folder))


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the image files below a folder; each folder once, since a link may lead back."""
    seen = {os.path.realpath(folder)}
    for place, folders, files in os.walk(folder, followlinks=True):
        visible = {name: os.path.realpath(os.path.join(place, name)) for name in folders if not name.startswith(".")}
        folders[:] = [name for name, real in visible.items() if real not in seen]
        seen |= set(visible.values())
        yield from (Path(place, name) for name in files if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES)


def read_images(paths: Sequence[Path], form: ImageFormat) -> np.ndarray:
    """Read image files, upright as cameras note it, and what is transparent as white; pixels of 16 bits become 8.

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


def common_format(paths: Iterable[Path], size: tuple[int, int] | None = None, channels: Channels | None = None, file: str = "file") -> ImageFormat:
    """Return the format that fits image files.

    Args:
        paths: The files, at least one, of which only the heads are read.
        size: Height and width. Defaults to those that all files have.
        channels: Defaults to "grey" if all files are, else to "rgb".
        file: As of `ImageFormat`. Defaults to "file".

    Raises:
        ValueError: If a file is no image, or they have several sizes and none is given.
    """
    heads = [_head(path) for path in paths] if size is None or channels is None else []
    sizes = {(height, width) for height, width, _ in heads}
    if size is None and len(sizes) > 1:
        (height, width), *_ = sorted(sizes)
        raise ValueError(f"the images have {len(sizes)} sizes, such as {height} x {width}; give one, such as size = [{height}, {width}]")
    height, width = size or sizes.pop()
    found: Channels = "rgb" if any(is_colour for *_, is_colour in heads) else "grey"
    return ImageFormat(height=height, width=width, channels=channels or found, file=file)


def _head(path: Path) -> tuple[int, int, bool]:
    """Return height, width, and whether a file has colours."""
    with _opened(path) as image:
        height, width = (image.width, image.height) if image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE else (image.height, image.width)
        return height, width, image.mode not in _GREY


def _read(path: Path, form: ImageFormat) -> np.ndarray:
    from PIL import Image, ImageOps

    with _opened(path) as image:
        try:
            upright = ImageOps.exif_transpose(image)
            if image.mode in _SIXTEEN_BITS:
                upright = Image.fromarray((np.asarray(upright) / 257).round().astype(np.uint8))
            if upright.has_transparency_data:
                upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
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
