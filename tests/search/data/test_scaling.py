"""Targets of regressions are scaled for training, and predictions are in their own units."""

import numpy as np
import pandas as pd
import pytest

from search.data.arrays import TrainingArrays
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.data.scaling import Scaling
from search.errors import ExperimentError
from search.experiment.sections import PreprocessingSection

PRICES = [100.0, 300.0, 1000.0, 5000.0]


def _dataset(train=PRICES, test=PRICES):
    parts = {"train": train, "validation": [200.0] * 4, "test": test}
    features = pd.DataFrame({"x": np.arange(4.0)})
    return parse_dataset({name: (features, pd.Series(values, name="price")) for name, values in parts.items()} | {"task": "regression"}, "toy")


@pytest.mark.parametrize(("name", "transform"), [("standard", np.asarray), ("log", np.log1p)])
def test_a_target_is_scaled_by_the_training_part_and_inverted(name, transform, tmp_path):
    dataset = _dataset()
    fit_preprocessor(dataset, PreprocessingSection(target=name)).save(tmp_path)
    preprocessor = Preprocessor.load(tmp_path)
    arrays = prepare(dataset, preprocessor)
    expected = (transform(PRICES) - transform(PRICES).mean()) / transform(PRICES).std()
    np.testing.assert_allclose(arrays.y_train.ravel(), expected, rtol=1e-6)
    assert preprocessor.decode(arrays.y_validation)["prediction"].tolist() == pytest.approx([200.0] * 4, rel=1e-5)
    arrays.save(tmp_path / "arrays")
    assert TrainingArrays.load(tmp_path / "arrays").scalings == preprocessor.scalings == {"": preprocessor.targets[""].scaling}


@pytest.mark.parametrize(("name", "transform"), [("standard", np.asarray), ("log", np.log1p)])
def test_several_targets_are_scaled_each_by_itself(name, transform, tmp_path):
    values = pd.DataFrame({"price": PRICES, "rooms": [1.0, 2.0, 4.0, 4.5]})
    part = pd.DataFrame({"x": np.arange(4.0)}), values
    dataset = parse_dataset(dict.fromkeys(("train", "validation", "test"), part) | {"task": dict.fromkeys(values, "regression")}, "toy")
    fit_preprocessor(dataset, PreprocessingSection(target=name)).save(tmp_path)
    preprocessor = Preprocessor.load(tmp_path)
    arrays = prepare(dataset, preprocessor)
    scaled = transform(values.to_numpy())
    expected = (scaled - scaled.mean(axis=0)) / scaled.std(axis=0)
    np.testing.assert_allclose(arrays.y_train, expected, rtol=1e-6)
    np.testing.assert_allclose(preprocessor.decode(arrays.y_train)[["price_prediction", "rooms_prediction"]], values, rtol=1e-5)
    arrays.save(tmp_path / "arrays")
    assert hash(TrainingArrays.load(tmp_path / "arrays").scalings[""]) == hash(preprocessor.targets[""].scaling)
    assert TrainingArrays.load(tmp_path / "arrays").n_outputs == 2


def test_none_leaves_the_target_as_it_is():
    preprocessor = fit_preprocessor(_dataset(), PreprocessingSection(target="none"))
    assert prepare(_dataset(), preprocessor).y_train.ravel().tolist() == PRICES
    assert preprocessor.scalings == {}


def test_a_constant_target_is_only_centred():
    assert Scaling.fit(np.array([3.0, 3.0]), log=False) == Scaling(mean=3.0, deviation=1.0)


def test_a_logarithm_that_does_not_exist_is_refused_with_the_part():
    with pytest.raises(ExperimentError, match='target = "log": the target "price" is -2 in the test part, but log'):
        fit_preprocessor(_dataset(test=[1.0, -2.0, 1.0, 1.0]), PreprocessingSection(target="log"))


def test_the_largest_outputs_stay_finite():
    scaling = Scaling(mean=5.0, deviation=2.0, log=True)
    assert np.isfinite(np.float32(scaling.invert(np.float32(1e6))) ** 2)


def test_the_formula_says_how_an_output_becomes_a_value():
    assert Scaling(mean=-2.0, deviation=3.0).formula() == "output * 3 - 2"
    assert Scaling(mean=(-2.0, 1.0), deviation=(3.0, 0.5)).formula() == "output * [3, 0.5] + [-2, 1]"
    assert Scaling(mean=2.0, deviation=3.0, log=True).formula() == "exp(output * 3 + 2) - 1"
