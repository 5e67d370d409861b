"""Text columns of many values, encoded by the target or hashed."""

import itertools

import numpy as np
import pandas as pd
import pytest

from search.champion.input_checks import check_column_types, unseen_values
from search.data.dataset import parse_dataset
from search.data.fitting import choose_columns, find_problems, fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.errors import DataError, ExperimentError
from search.experiment.sections import OutputSection, PreprocessingSection

N, N_ZIPS = 400, 80
RNG = np.random.default_rng(0)
ZIPS = pd.Series([f"z{number:03}" for number in RNG.integers(0, N_ZIPS, N)], dtype=object)
FEATURES = pd.DataFrame({"x": RNG.normal(size=N), "zip": ZIPS.mask(np.arange(N) % 50 == 7), "color": RNG.choice(["red", "blue"], N)})
TARGETS = {
    "regression": pd.Series(RNG.normal(size=N) * 1e5, name="y"),
    "binary": pd.Series(RNG.choice(["no", "yes"], N), name="y"),
    "multiclass": pd.Series(RNG.choice(["a", "b", "c"], N), name="y"),
}
N_FEATURES = {"regression": 1, "binary": 1, "multiclass": 3}


def _dataset(task, features=FEATURES, target=None):
    part = features, TARGETS[task] if target is None else target
    return parse_dataset({"train": part, "validation": part, "test": part, "task": task}, "towns")


def _fit(task, **section):
    dataset = _dataset(task)
    return dataset, fit_preprocessor(dataset, PreprocessingSection(**section))


@pytest.mark.parametrize("task", TARGETS)
def test_no_row_of_the_training_part_sees_its_own_target(task, tmp_path):
    dataset, preprocessor = _fit(task, columns={"zip": "target"})
    arrays = prepare(dataset, preprocessor)
    assert arrays.x_train.shape[1] == arrays.x_validation.shape[1] == 1 + 2 + N_FEATURES[task]
    names = preprocessor.feature_names_out
    assert names[:3] == ("x", "color=blue", "color=red")
    encoded = [number for number, name in enumerate(names) if name.startswith("zip")]
    # The target is random: what a row knows about it is its own. The validation part has the same rows, and sees them.
    target = TARGETS[task] if task == "regression" else (TARGETS[task] == sorted(TARGETS[task].unique())[0]).astype(float)
    alone, seen = (abs(np.corrcoef(rows[:, encoded[0]], target)[0, 1]) for rows in (arrays.x_train, arrays.x_validation))
    assert seen > 0.3 > 0.15 > alone
    preprocessor.save(tmp_path)  # a study that continues trains on the same arrays
    np.testing.assert_array_equal(prepare(dataset, Preprocessor.load(tmp_path)).x_train, arrays.x_train)


@pytest.mark.parametrize("task", TARGETS)
@pytest.mark.parametrize("categorical", ["target", "hash"])
def test_it_loads_and_transforms_row_by_row_unseen_values_and_gaps_too(task, categorical, tmp_path):
    _, preprocessor = _fit(task, categorical=categorical, columns={"color": "ordinal"}, n_hash_buckets=8)
    preprocessor.save(tmp_path)
    loaded = Preprocessor.load(tmp_path)
    rows = FEATURES[:20].assign(zip=[*FEATURES["zip"][:17], "new", None, 7])
    together = loaded.transform(rows)
    np.testing.assert_array_equal(together, preprocessor.transform(rows))
    np.testing.assert_array_equal(together, np.vstack([loaded.transform(rows[number : number + 1]) for number in range(len(rows))]))
    assert np.isfinite(together).all()
    assert loaded.feature_names_out == preprocessor.feature_names_out
    assert together.shape[1] == 2 + (8 if categorical == "hash" else N_FEATURES[task])


def test_an_encoded_value_is_its_rows_mean_target_and_that_of_an_unseen_one_the_mean_of_all():
    target = pd.Series([1.0, 3.0] * 200, name="y")
    features = pd.DataFrame({"town": ["low", "high"] * 200})
    section = PreprocessingSection(categorical="target", numeric="none", target="none")
    preprocessor = fit_preprocessor(_dataset("regression", features, target), section)
    assert preprocessor.transform(pd.DataFrame({"town": ["low", "high", "other"]})).ravel().tolist() == pytest.approx([1, 3, 2], abs=1e-3)


def test_an_encoded_column_is_scaled_as_numbers_are():
    dataset, preprocessor = _fit("regression", columns={"zip": "target"}, target="none")
    assert prepare(dataset, preprocessor).x_train[:, -1].std() == pytest.approx(1, abs=1e-3)


def test_a_hashed_value_is_one_or_minus_one_in_one_bucket_of_its_own_column():
    features = pd.DataFrame({"from": ["oslo", "rome"] * 20, "to": ["rome", "oslo"] * 20})
    dataset = _dataset("binary", features, pd.Series([0, 1] * 20, name="y"))
    preprocessor = fit_preprocessor(dataset, PreprocessingSection(categorical="hash", n_hash_buckets=16))
    transformed = preprocessor.transform(features)
    assert preprocessor.feature_names_out == tuple(f"{name} #{number}" for name in features for number in range(16))
    for half in (transformed[:, :16], transformed[:, 16:]):
        assert np.abs(half).sum(axis=1).tolist() == [1] * 40
    np.testing.assert_array_equal(transformed[0, :16], transformed[1, 16:])


def test_values_beyond_all_buckets_cost_no_further_columns():
    names = pd.Series([f"id-{number}" for number in range(N)])
    dataset = _dataset("binary", FEATURES.assign(zip=names))
    assert fit_preprocessor(dataset, PreprocessingSection(columns={"zip": "hash"})).input_shape == (1 + 2 + 32,)


def test_inputs_get_the_features_of_their_columns():
    inputs = {"wide": ["zip"], "deep": ["zip", "x"]}
    for encoding, task in itertools.product(["target", "hash"], TARGETS):
        dataset, preprocessor = _fit(task, inputs=inputs, categorical=encoding)
        width = 32 if encoding == "hash" else N_FEATURES[task]
        assert {name: rows.shape for name, rows in prepare(dataset, preprocessor).x_train.items()} == {"wide": (N, width), "deep": (N, width + 1)}


def test_few_rows_of_a_class_are_enough():
    features = pd.DataFrame({"town": ["a", "b", "a"]})
    dataset = _dataset("multiclass", features, pd.Series(["u", "v", "w"], name="y"))
    assert np.isfinite(prepare(dataset, fit_preprocessor(dataset, PreprocessingSection(categorical="target"))).x_train).all()


def test_a_column_that_cannot_be_encoded_by_the_target_is_refused():
    section = PreprocessingSection(columns={"color": "target"})
    targets = pd.DataFrame({"price": TARGETS["regression"], "sold": TARGETS["binary"]})
    part = FEATURES, targets
    loaded = {"train": part, "validation": part, "test": part, "task": {"price": "regression", "sold": "binary"}}
    with pytest.raises(ExperimentError, match='"color" cannot be encoded by the targets price, sold; expected one target; use "hash"'):
        fit_preprocessor(parse_dataset(loaded, "towns"), section, {"price": OutputSection(), "sold": OutputSection()})
    with pytest.raises(DataError, match='one row; to encode "color" by the target expected at least 2'):
        fit_preprocessor(_dataset("regression", FEATURES[:1], TARGETS["regression"][:1]), section)


def test_a_column_of_many_values_is_told_with_what_to_do_unless_it_is_encoded_otherwise():
    dataset = _dataset("binary")
    told = [str(finding) for finding in find_problems(dataset, choose_columns(dataset, PreprocessingSection()))]
    assert told == [
        f'"zip": {FEATURES["zip"].nunique()} different values; the 49 most frequent ones are told apart; for all of them set '
        'preprocessing.columns = { "zip" = "target" } or "hash"'
    ]
    for section in ({"columns": {"zip": "target"}}, {"categorical": "hash"}, {"max_categories": 100}):
        assert not find_problems(dataset, choose_columns(dataset, PreprocessingSection(**section)))


def test_predictions_tell_unseen_values_and_refuse_numbers_for_text():
    _, preprocessor = _fit("binary", columns={"zip": "target", "color": "hash"})
    rows = FEATURES[:2].assign(zip=["z001", "new"], color="green")
    assert unseen_values(preprocessor.check(rows), preprocessor) == ["zip: 1 of 2 values were not in training, such as new"]
    with pytest.raises(DataError, match='"zip" holds the number 3; expected text'):
        check_column_types(rows.assign(zip=3), preprocessor)


def test_a_study_without_the_new_keys_keeps_its_fingerprint():
    assert "n_hash_buckets" not in PreprocessingSection().model_dump()
