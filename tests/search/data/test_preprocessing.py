import itertools
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import load_dataset, parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.errors import DataError, ExperimentError
from search.experiment.sections import DataSection, PreprocessingSection

ROWS = pd.DataFrame(
    {
        "age": [20, 40, 60, 80, 30, 50],
        "fare": [1.0, None, 3.0, 5.0, 3.0, 1.0],
        "sex": ["f", "m", None, "m", "m", "f"],
        "alone": [True, False, True, False, True, False],
    }
)


def _dataset(features=ROWS):
    part = features, pd.Series([0, 1] * 3, name="y")
    return parse_dataset({"train": part, "validation": part, "test": part, "task": "binary"}, "toy")


def _fit(dataset=None, **section):
    return fit_preprocessor(dataset or _dataset(), PreprocessingSection(**section))


def test_numbers_are_standardised_gaps_filled_and_text_one_hot_encoded():
    preprocessor = _fit()
    transformed = preprocessor.transform(ROWS)
    assert preprocessor.feature_names_out == ("age", "fare", "alone", "sex=f", "sex=m")
    assert (transformed.dtype, transformed.shape, preprocessor.input_shape) == (np.float32, (6, 5), (5,))
    np.testing.assert_allclose(transformed[:, :3].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(transformed[:, :3].std(axis=0), 1, atol=1e-6)
    np.testing.assert_array_equal(transformed[:, 3:], [[1, 0], [0, 1], [0, 1], [0, 1], [0, 1], [1, 0]])


@pytest.mark.parametrize("section", [{}, {"numeric": "minmax", "categorical": "ordinal"}, {"numeric": "none", "missing_text": "category"}])
def test_rows_are_transformed_as_scikit_learn_does_to_the_last_bit(section):
    preprocessor = _fit(**section)
    rows = pd.concat([ROWS, ROWS.assign(sex="a value never seen")]).set_index(pd.Index([0] * 12))
    expected = preprocessor.transformer.transform(preprocessor.check(rows)).astype(np.float32)
    np.testing.assert_array_equal(preprocessor.transform(rows), expected)


def test_minmax_ordinal_and_mean_are_available():
    preprocessor = _fit(numeric="minmax", categorical="ordinal", missing="mean")
    transformed = preprocessor.transform(ROWS)
    assert preprocessor.feature_names_out == ("age", "fare", "alone", "sex")
    assert transformed[1].tolist() == pytest.approx([1 / 3, (13 / 5 - 1) / 4, 0, 1])


def test_numbers_are_not_scaled_if_so_configured():
    np.testing.assert_array_equal(_fit(numeric="none").transform(ROWS)[:, 0], ROWS["age"])


def test_it_is_fitted_on_the_training_part_only():
    train, other = ROWS[["age"]], ROWS[["age"]] + 1000
    target = pd.Series([0, 1] * 3, name="y")
    dataset = parse_dataset({"train": (train, target), "validation": (other, target), "test": (other, target), "task": "binary"}, "toy")
    preprocessor = _fit(dataset)
    np.testing.assert_allclose(preprocessor.transform(train).mean(), 0, atol=1e-6)
    assert prepare(dataset, preprocessor).x_validation.min() > 40


@pytest.mark.parametrize(("categorical", "expected"), [("onehot", [0, 0]), ("ordinal", [-1])])
def test_an_unseen_category_is_accepted(categorical, expected):
    transformed = _fit(categorical=categorical).transform(ROWS[:1].assign(sex="x"))
    assert transformed[0, 3:].tolist() == expected


def test_rows_may_have_other_columns_in_any_order_whole_numbers_and_gaps():
    preprocessor = _fit()
    rows = ROWS[::-1][["sex", "fare", "alone", "age"]].assign(extra="?")
    np.testing.assert_array_equal(preprocessor.transform(rows), preprocessor.transform(ROWS)[::-1])
    assert list(preprocessor.check(rows).columns) == list(ROWS.columns)
    assert np.isfinite(preprocessor.transform(pd.DataFrame({name: [None] for name in ROWS}))).all()
    np.testing.assert_array_equal(preprocessor.transform(ROWS.assign(fare=3)), preprocessor.transform(ROWS.assign(fare=3.0)))


def test_checking_twice_changes_nothing():
    once = _fit().check(ROWS)
    pd.testing.assert_frame_equal(_fit().check(once), once)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS.drop(columns=["age", "sex"]), "lack the columns age, sex; they have fare, alone; expected age, fare, sex, alone"),
        (ROWS.assign(age=["20", "40", "old", "80", "30", "50"]), "the column \"age\" holds 'old' in row 3; expected finite numbers"),
        (ROWS.assign(fare=np.inf), '"fare" holds'),
        (ROWS.assign(age=pd.Timestamp("2024-01-01")), '"age" holds dates; expected finite numbers'),
        (ROWS[:0], "has no rows"),
        (np.zeros((2, 4)), "expected a pandas DataFrame with the columns age"),
    ],
)
def test_invalid_rows_are_refused_with_the_reason(rows, message):
    with pytest.raises(DataError, match=message):
        _fit().transform(rows)


def test_a_saved_preprocessor_transforms_equally_to_the_last_bit(tmp_path):
    for number, (numeric, categorical, missing) in enumerate(
        itertools.product(["standard", "minmax", "none"], ["onehot", "ordinal"], ["median", "mean"])
    ):
        preprocessor = _fit(numeric=numeric, categorical=categorical, missing=missing)
        preprocessor.save(tmp_path / str(number))
        loaded = Preprocessor.load(tmp_path / str(number))
        np.testing.assert_array_equal(loaded.transform(ROWS), preprocessor.transform(ROWS))
        assert loaded.feature_names_out == preprocessor.feature_names_out
        for fact in ("targets", "columns", "inputs", "input_shape"):
            assert getattr(loaded, fact) == getattr(preprocessor, fact)


def test_nothing_is_pickled(tmp_path):
    _fit().save(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["preprocessor.json", "preprocessor.skops"]
    assert (tmp_path / "preprocessor.skops").read_bytes()[:2] == b"PK"


def test_a_file_with_foreign_types_is_not_loaded(tmp_path):
    from skops.io import dump

    _fit().save(tmp_path)
    dump(from_a_stranger, tmp_path / "preprocessor.skops")
    with pytest.raises(DataError, match="holds no preprocessing that can be read"):
        Preprocessor.load(tmp_path)


def from_a_stranger():
    """Stand for code that a stranger would like us to run."""


def test_a_missing_or_damaged_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no preprocessing"):
        Preprocessor.load(tmp_path / "nowhere")
    _fit().save(tmp_path)
    (tmp_path / "preprocessor.skops").write_bytes(b"PK")
    with pytest.raises(DataError, match="holds no preprocessing"):
        Preprocessor.load(tmp_path)


INPUTS = {"wide": ["sex", "age"], "deep": ["age", "fare"]}


def test_inputs_get_their_columns_in_order_with_all_categories(tmp_path):
    whole, preprocessor = _fit().transform(ROWS), _fit(inputs=INPUTS)
    preprocessor.save(tmp_path)
    transformed = Preprocessor.load(tmp_path).transform(ROWS)
    assert preprocessor.input_shape == Preprocessor.load(tmp_path).input_shape == {"wide": (3,), "deep": (2,)}
    np.testing.assert_array_equal(transformed["wide"], whole[:, [3, 4, 0]])
    np.testing.assert_array_equal(transformed["deep"], whole[:, [0, 1]])
    assert transformed["wide"].dtype == np.float32


def test_a_column_that_no_input_reads_is_not_required():
    preprocessor = _fit(inputs=INPUTS)
    assert list(preprocessor.columns) == ["age", "fare", "sex"]
    assert list(preprocessor.select(ROWS).columns) == ["age", "fare", "sex"]
    assert preprocessor.transform(ROWS.drop(columns="alone"))["deep"].shape == (6, 2)


def test_an_input_of_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(ExperimentError, match=r'preprocessing.inputs.deep: data set "toy" has no column "fair"; did you mean "fare"'):
        _fit(inputs={"deep": ["age", "fair"]})
    images = _dataset(features=np.zeros((6, 2, 2), np.float32))
    with pytest.raises(ExperimentError, match="are arrays without columns; leave inputs out"):
        _fit(images, inputs=INPUTS)


def test_a_preprocessor_of_a_version_with_one_output_still_loads(tmp_path):
    preprocessor = _fit()
    preprocessor.save(tmp_path)
    facts = {"columns": dict(preprocessor.columns), "input_shape": [5], "target": "y", "task": "binary", "classes": [0, 1]}
    (tmp_path / "preprocessor.json").write_text(json.dumps(facts))
    loaded = Preprocessor.load(tmp_path)
    assert (loaded.targets, loaded.input_shape) == (preprocessor.targets, (5,))
    np.testing.assert_array_equal(loaded.transform(ROWS), preprocessor.transform(ROWS))


def test_arrays_pass_through_as_float32(tmp_path):
    dataset = load_dataset(DataSection(loader="experiments.datasets:digits", as_images=True))
    _fit(dataset).save(tmp_path)
    preprocessor = Preprocessor.load(tmp_path)
    np.testing.assert_array_equal(preprocessor.transform(dataset.test.features.astype(np.float64)), dataset.test.features)
    assert (preprocessor.input_shape, preprocessor.feature_names_out) == ((8, 8, 1), ())
    with pytest.raises(DataError, match=r"expected an array \(n_rows, 8, 8, 1\)"):
        preprocessor.transform(np.zeros((2, 8, 8)))
    with pytest.raises(DataError, match="has no rows"):
        preprocessor.transform(np.zeros((0, 8, 8, 1)))


@pytest.mark.parametrize("name", ["diabetes", "iris", "digits", "wine", "breast_cancer"])
def test_every_shipped_data_set_is_prepared(name):
    dataset = load_dataset(DataSection(loader=f"experiments.datasets:{name}"))
    arrays = prepare(dataset, _fit(dataset))
    assert arrays.x_train.shape == (len(dataset.train.target), *arrays.input_shape)
    assert arrays.n_outputs == (1 if dataset.task == "binary" else len(dataset.class_names))
    assert np.isfinite(arrays.x_train).all()
    assert np.isfinite(arrays.x_validation).all()
    assert arrays.y_train.shape == (len(dataset.train.target), 1)


def test_raw_rows_from_a_csv_file_are_transformed_as_the_data_set_was(tmp_path):
    dataset = load_dataset(DataSection(loader="experiments.datasets:diabetes"))
    preprocessor = _fit(dataset)
    dataset.test.features.assign(target=dataset.test.target).to_csv(tmp_path / "rows.csv", index=False)
    np.testing.assert_array_equal(preprocessor.transform(pd.read_csv(tmp_path / "rows.csv")), preprocessor.transform(dataset.test.features))


def test_titanic_with_its_text_and_gaps_is_prepared(tmp_path):
    path = Path(os.environ.get("PERCEPTUNE_DATA") or "~/.cache/perceptune").expanduser() / "tables" / "titanic.csv"
    if not path.is_file():
        pytest.skip(f"there is no {path}; PERCEPTUNE_DATA names the folder that holds tables/")
    dataset = load_dataset(DataSection(loader="experiments.datasets:csv", path=str(path), target="survived", drop=["alive"]))
    preprocessor = _fit(dataset)
    preprocessor.save(tmp_path)
    rows = pd.read_csv(path)
    assert np.isfinite(preprocessor.transform(rows)).all()
    np.testing.assert_array_equal(Preprocessor.load(tmp_path).transform(rows), preprocessor.transform(rows))
    assert {"sex=female", "deck=C", "age", "alone"} <= set(preprocessor.feature_names_out)
