import warnings

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from models.perceptron import ThresholdUnit, build_threshold_unit

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
GATES = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0]}


@pytest.mark.parametrize("gate", ["and", "or"])
def test_it_learns_what_a_line_separates_and_then_stops(gate):
    unit = build_threshold_unit().fit(INPUTS, GATES[gate])
    assert unit.predict(INPUTS).tolist() == GATES[gate]
    assert unit.n_sweeps_ < 10
    np.testing.assert_array_equal(unit.trace_[-1], unit.trace_[-2])


@pytest.mark.parametrize("n_sweeps", [10, 200])
def test_it_never_learns_xor(n_sweeps):
    unit = build_threshold_unit(n_sweeps=n_sweeps).fit(INPUTS, GATES["xor"])
    assert unit.predict(INPUTS).tolist() != GATES["xor"]


def test_the_trace_has_the_start_and_rosenblatts_step_of_each_row():
    unit = build_threshold_unit().fit(INPUTS, GATES["and"])
    # Row (0, 1): -0.3 + 0.1 < 0 is right. Row (1, 0): -0.3 + 0.4 >= 0 should be 0: each weight moves by -0.05 x.
    np.testing.assert_allclose(unit.trace_[:2], [[0.3, 0.4, 0.1], [0.35, 0.35, 0.1]])
    assert unit.trace_.shape == (unit.n_sweeps_ + 1, 3)
    np.testing.assert_array_equal(unit.trace_[-1], unit.weights_)
    np.testing.assert_allclose(unit.decision_function(INPUTS), INPUTS @ unit.coef_[0] + unit.intercept_, atol=1e-12)


def test_it_prints_each_step_of_the_weights_if_asked(capsys):
    build_threshold_unit(n_sweeps=1).fit(INPUTS, GATES["and"])
    assert not capsys.readouterr().out
    build_threshold_unit(n_sweeps=1, prints_steps=True).fit(INPUTS, GATES["and"])
    assert capsys.readouterr().out == "sweep 1, row 3: weights [0.35 0.35 0.1 ]\n"


def test_classes_keep_their_own_values():
    unit = ThresholdUnit().fit(INPUTS, np.array(["off", "on", "on", "on"]))
    assert unit.predict([[0, 0], [1, 1]]).tolist() == ["off", "on"]


def test_it_keeps_scikit_learns_conventions():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of checks that do not apply, such as of another array library
        results = check_estimator(ThresholdUnit(), on_fail=None, on_skip=None)
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []


@pytest.mark.parametrize(
    ("settings", "target", "message"),
    [
        ({"learning_rate": 0.0}, GATES["and"], "learning_rate=0.0 must be above 0"),
        ({"n_sweeps": 0}, GATES["and"], "n_sweeps=0 at least 1"),
        ({}, [0, 1, 2, 1], "expected 2 classes, but the target has 3"),
        ({"start": (1, 2, 3, 4)}, GATES["and"], r"has 4 weights, but there are 2 feature\(s\)"),
    ],
)
def test_what_it_cannot_learn_is_an_error(settings, target, message):
    with pytest.raises(ValueError, match=message):
        ThresholdUnit(**settings).fit(INPUTS, target)
