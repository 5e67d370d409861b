"""Image files are read with their classes, from folders or a table."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from experiments.datasets import images


def write(path, value, *, mode="L", size=(6, 4)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value).save(path)


@pytest.fixture
def folder(tmp_path):
    for number in range(10):
        write(tmp_path / "a" / f"{number}.png", number)
        write(tmp_path / "b" / "deeper" / f"{number}.JPG", 100 + number)
    (tmp_path / "a" / "notes.txt").write_text("no image")
    write(tmp_path / ".cache" / "c.png", 0)
    return tmp_path


def test_each_folder_is_a_class(folder):
    loaded = images(str(folder))
    assert loaded["row_format"] == {"kind": "images", "height": 4, "width": 6, "channels": "grey", "file": "file"}
    assert loaded["task"] == "binary"
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [12, 4, 4]
    x, y = loaded["train"]
    assert (x.shape, x.dtype) == ((12, 4, 6, 1), np.uint8)
    assert ((x[:, 0, 0, 0] >= 95) == (y == "b")).all()


def test_given_parts_are_kept_and_images_resized(tmp_path):
    for part, count in (("train", 10), ("test", 3)):
        for kind in ("a", "b", "c"):
            for number in range(count):
                write(tmp_path / part / kind / f"{number}.png", (number, 0, 0), mode="RGB")
    loaded = images(str(tmp_path), size=[2, 3])
    assert [loaded[part][0].shape for part in ("train", "validation", "test")] == [(24, 2, 3, 3), (6, 2, 3, 3), (9, 2, 3, 3)]
    assert images(str(tmp_path), size=[2, 3], channels="grey")["test"][0].shape == (9, 2, 3, 1)


def test_a_table_names_files_and_numbers(folder):
    lines = [f"a/{number}.png,{number / 2 + 0.1}" for number in range(10)] + ["b/deeper/0.JPG,"]
    (folder / "prices.csv").write_text("\n".join(["image,price", *lines]))
    loaded = images(str(folder), table="prices.csv", file="image", target="price")
    assert loaded["task"] == "regression"
    x, y = loaded["test"]
    assert y.tolist() == pytest.approx([value / 2 + 0.1 for value in x[:, 0, 0, 0]])
    assert loaded["notes"] == ["1 rows of prices.csv without image or price are left out"]


def test_a_table_is_read_as_any_other(folder):
    lines = [f"{place}.{ending};{kind}" for place, ending, kind in _PLACES]
    (folder / "codes.csv").write_text("\n".join(["file;code", *lines]))
    loaded = images(str(folder), table="codes.csv", target="code", stratify=False)
    assert set(pd.concat([loaded[part][1] for part in ("train", "validation", "test")])) == {"007", "012"}


_PLACES = [(f"a/{number}", "png", "007") for number in range(10)] + [(f"b/deeper/{number}", "JPG", "012") for number in range(10)]


def test_a_part_without_a_folder_is_taken_from_the_training_part(tmp_path):
    for part, count in (("train", 10), ("val", 3)):
        for kind in ("cat", "dog"):
            for number in range(count):
                write(tmp_path / part / kind / f"{number}.png", number)
    loaded = images(str(tmp_path))
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [16, 6, 4]
    assert set(loaded["train"][1]) == {"cat", "dog"}
    assert loaded["notes"] == ["there is no folder of the test part; it is taken from the training part"]
    assert loaded["ordered"] is False


def test_what_is_transparent_is_white_and_links_are_followed(tmp_path):
    clear = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    clear.putpixel((1, 0), (9, 8, 7, 255))
    (tmp_path / "elsewhere").mkdir()
    for number in range(5):
        clear.save(tmp_path / "elsewhere" / f"{number}.png")
        write(tmp_path / "photos" / "b" / f"{number}.png", (1, 2, 3), mode="RGB", size=(2, 1))
    (tmp_path / "photos" / "a").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos" / "b" / "back").symlink_to(tmp_path / "photos")
    x, y = images(str(tmp_path / "photos"))["train"]
    assert x[y == "a"][0, 0].tolist() == [[255, 255, 255], [9, 8, 7]]
    assert sum(y == "a") == 3


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"path": "nowhere"}, FileNotFoundError, 'There is no folder "nowhere"'),
        ({"path": "a"}, ValueError, '"a" has 0 folders with images; expected one for each class, at least two'),
        ({"size": [3]}, ValueError, r"size = \[3\] is not height and width in pixels"),
        ({"table": "t.csv"}, LookupError, 't.csv has no column "file"; .*; name the columns by file and target'),
        ({"table": "t.csv", "file": "name"}, FileNotFoundError, 't.csv names "gone.png", which is not there'),
    ],
)
def test_what_cannot_be_read_is_refused(folder, monkeypatch, options, error, message):
    monkeypatch.chdir(folder)
    (folder / "t.csv").write_text("name,class\ngone.png,a\n")
    with pytest.raises(error, match=message):
        images(**{"path": "."} | options)


def test_images_are_upright_and_of_8_bits(tmp_path):
    for kind, value in (("a", 256 * 200), ("b", 257)):
        for number in range(5):
            write(tmp_path / kind / f"{number}.png", value, mode="I;16", size=(3, 2))
    assert sorted({int(value) for part in ("train", "test") for value in images(str(tmp_path))[part][0].ravel()}) == [1, 199]
    lying = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3) * 40)
    exif = lying.getexif()
    exif[0x0112] = 6
    for kind in ("c", "d"):
        (tmp_path / "turned" / kind).mkdir(parents=True)
        for number in range(5):
            lying.save(tmp_path / "turned" / kind / f"{number}.png", exif=exif)
    loaded = images(str(tmp_path / "turned"))
    assert loaded["train"][0][0, :, :, 0].tolist() == [[120, 0], [160, 40], [200, 80]]
    assert loaded["row_format"]["height"] == 3


def test_several_sizes_need_one(folder):
    write(folder / "a" / "large.png", 1, size=(9, 9))
    with pytest.raises(ValueError, match=r"the images have 2 sizes, such as 4 x 6; give one, such as size = \[4, 6\]"):
        images(str(folder))
