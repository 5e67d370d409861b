"""A folder of images is searched, and its champion predicts other files as an independent computation does."""

import csv

import numpy as np
import pytest
from PIL import Image

from tests.search.study.trees import TREES

pytestmark = pytest.mark.slow
SETTINGS = ["--trials", "2", "--workers", "1", "--set", "space.training.epochs=3", "--set", "space.training.learning_rate=0.01"]
SETTINGS += ["--set", "space.model.n_blocks=1", "--set", "space.model.n_maps=8"]

LABELLED = """
model = "own:build"
data = { loader = "images", path = "labelled", size = [12, 12], table = "labels.csv", file = "photo", target = "code" }
objective = { metric = "val_accuracy", direction = "maximize" }
search = { n_trials = 1 }
executor = { n_workers = 1 }
"""


def write_images(folder, n_rows, seed):
    """Write images of two classes, dark and bright below, in colours, of several sizes."""
    rng = np.random.default_rng(seed)
    for number in range(n_rows):
        kind = ("dark", "bright")[number % 2]
        pixels = rng.integers(0, 120, (12 + number % 3, 12, 3), dtype=np.uint8)
        pixels[6:] += np.uint8(100 * (kind == "bright"))
        (folder / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / kind / f"{number:03}.png")


@pytest.fixture(scope="module")
def photos(module_shell, preloaded):
    write_images(module_shell.folder / "photos", 90, 0)
    write_images(module_shell.folder / "new", 20, 1)
    with preloaded.in_place():
        output = module_shell.call("run", "photos", *SETTINGS, "--set", "data.size=[12, 12]", "--set", "data.positive='bright'").stdout
    assert "predict photos --input photos/ --output predictions.csv" in output
    assert "values of 0 to 255 are scaled to 0 to 1 before the model" in output
    return module_shell


def predictions(shell, given):
    shell.call("predict", "photos", "--input", given, "--output", "predictions.csv")
    with (shell.folder / "predictions.csv").open() as file:
        return list(csv.DictReader(file))


def test_new_files_are_predicted_as_the_model_alone_does(photos):
    found = predictions(photos, "new")
    files = sorted(path.relative_to(photos.folder / "new") for path in (photos.folder / "new").rglob("*.png"))
    assert [row["file"] for row in found] == [file.as_posix() for file in files]
    photos.call("export", "photos", "model.keras")
    import keras

    images = (Image.open(photos.folder / "new" / file).convert("RGB").resize((12, 12), Image.Resampling.BILINEAR) for file in files)
    expected = keras.saving.load_model(photos.folder / "model.keras").predict(np.stack([np.asarray(image) for image in images]) / 255, verbose=0)
    assert [float(row["probability_bright"]) for row in found] == pytest.approx(expected.ravel(), abs=1e-4)


def test_labelled_files_are_evaluated(photos):
    found = predictions(photos, "new")
    share = np.mean([row["prediction"] == row["file"].partition("/")[0] for row in found])
    assert f"accuracy  {share:.5g} " in photos.call("evaluate", "photos", "--input", "new").stdout


def test_one_file_and_a_list_of_files_are_predicted(photos):
    whole = {row["file"]: row["prediction"] for row in predictions(photos, "new")}
    assert [row["prediction"] for row in predictions(photos, "new/dark/000.png")] == [whole["dark/000.png"]]
    (photos.folder / "list.csv").write_text("file,note\nnew/bright/001.png,x\nnew/dark/000.png,y\n")
    assert [row["prediction"] for row in predictions(photos, "list.csv")] == [whole["bright/001.png"], whole["dark/000.png"]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("empty", 'The folder "empty" has no images; expected files that end in .png, .jpg'),
        ("broken", "broken/a.png is no image that can be read; take it out of the folder"),
        ("other.csv", 'has the columns a; expected one named "file" with image files'),
        ("missing.csv", "No such file or directory"),
        ("rows.npy", '"rows.npy" is no table'),
    ],
)
def test_what_is_no_image_is_refused(photos, given, message):
    (photos.folder / "empty").mkdir(exist_ok=True)
    (photos.folder / "broken").mkdir(exist_ok=True)
    (photos.folder / "broken" / "a.png").write_text("no image")
    (photos.folder / "other.csv").write_text("a\n1\n")
    (photos.folder / "missing.csv").write_text("file\nnone.png\n")
    np.save(photos.folder / "rows.npy", np.zeros((1, 12, 12, 3)))
    assert message in photos.call("predict", "photos", "--input", given, "--output", "predictions.csv", status=2).stderr


def test_a_folder_becomes_an_experiment_file(photos):
    assert "expected two whole numbers above 0" in photos.call("run", "photos", "--set", "data.size=[3]", status=2).stderr
    assert "the images have 3 sizes, such as 12 x 12; give one, such as size = [12, 12]" in photos.call("init", "photos", status=2).stderr
    refused = photos.call("run", "photos", "--target", "kind", status=2).stderr
    assert '--target kind is for a table, but "photos" is a folder of images, whose folders are the classes; leave it out' in refused
    write_images(photos.folder / "diabetes", 4, 3)
    assert "442 rows" in photos.call("data", "diabetes").stdout
    photos.call("init", "photos", "--set", "data.size=[10, 10]", "--set", 'data.channels="grey"')
    text = (photos.folder / "photos.toml").read_text()
    assert "size = [10, 10]" in text
    assert 'channels = "grey"' in text
    assert "Images of 10 x 10 pixels, grey" in photos.call("data", "photos.toml").stdout


def test_a_table_of_files_names_them_as_in_training(photos, forks):
    folder = photos.folder / "labelled"
    folder.mkdir()
    write_images(folder / "all", 40, 2)
    lines = [f"{number:03}.png;{kind};i{number}" for number in range(40) for kind in [("007", "012")[number % 2]]]
    for path in (folder / "all").rglob("*.png"):
        path.rename(folder / path.name)
    (folder / "labels.csv").write_text("\n".join(["photo;code;image", *lines]))
    (photos.folder / "own.py").write_text(TREES)
    (photos.folder / "own.toml").write_text(LABELLED)
    photos.call("run", "own.toml")
    output = photos.call("evaluate", "own", "--input", "labelled/labels.csv").stdout
    assert "40 rows" in output
