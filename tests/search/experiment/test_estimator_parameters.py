"""A trial's hyperparameters are set in a copy of an estimator or pipeline."""

import numpy as np
import pytest
from keras.wrappers import SKLearnClassifier
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from search.errors import ExperimentError
from search.experiment.estimator_parameters import check_parameter_values, check_parameters, copy_with, from_text, to_text


class KerasClassifier:
    """Stands for a class of a package that is not installed, with its name and module."""

    __module__ = "scikeras.wrappers"

    def get_params(self, deep=True):
        return {}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_parameters_of_steps_are_set_in_a_copy_and_what_has_no_seed_gets_one():
    given = make_pipeline(StandardScaler(), BaggingClassifier(MLPClassifier(max_iter=7), random_state=5)).fit(np.eye(4), [0, 1, 0, 1])
    copy = copy_with(given, {"baggingclassifier__estimator__hidden_layer_sizes": "(8, 2)", "baggingclassifier__max_samples": 0.5}, seed=3)
    [_, bagging] = copy.named_steps.values()
    assert (bagging.estimator.hidden_layer_sizes, bagging.max_samples, bagging.estimator.max_iter) == ((8, 2), 0.5, 7)
    assert (bagging.random_state, bagging.estimator.random_state) == (5, 3)
    assert not hasattr(bagging, "estimators_")
    assert given[-1].estimator.random_state is None


@pytest.mark.parametrize("value", [None, (10,), (10, 5), [1, 2], {0: 1.5, 1: 2}, "scale", r"(?u)\b", 0.5, True])
def test_what_an_experiment_cannot_have_is_written_as_text(value):
    assert isinstance(to_text(value), str | float | bool)
    assert from_text(to_text(value)) == value


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (make_pipeline(StandardScaler(), SVC()), r'\[space.model\]: Pipeline has no parameter "svc__c"; did you mean "svc__C"\? Valid: .*svc__C'),
        (make_pipeline(StandardScaler(), SKLearnClassifier(print)), "model has a SKLearnClassifier, .* give the function in it as model instead"),
        (KerasClassifier(), "model has a KerasClassifier, .* epochs and batch_size are training settings"),
        (
            make_pipeline(ColumnTransformer([("scaled", StandardScaler(), [0, "age"])]), SVC()),
            'a ColumnTransformer of the column "age", but its rows',
        ),
        (object(), "model is an object of object, which has no get_params"),
    ],
)
def test_other_parameters_and_wrappers_of_networks_are_refused(estimator, message):
    with pytest.raises(ExperimentError, match=message):
        check_parameters(estimator, ["svc__c"], "[space.model]")


class Counting(BaseEstimator):
    """A class of a user, without constraints of its parameters; it cannot be copied, since it changes one."""

    def __init__(self, n=1):
        self.n = n + 1


def test_values_are_checked_by_the_constraints_of_each_step():
    pipeline = make_pipeline(StandardScaler(), SVC())
    check_parameter_values(pipeline, {"svc__class_weight": ["None", "balanced", "{0: 1.0}"], "standardscaler": ["passthrough"]}, "[space.model]")
    with pytest.raises(ExperimentError, match=r"\[space.model\]: svc__C = -1: The 'C' parameter of SVC must be a float in the range \(0.0, inf"):
        check_parameter_values(pipeline, {"svc__C": [1, -1]}, "[space.model]")
    with pytest.raises(ExperimentError, match=r"\[space.model\]: n = 3: Cannot clone object Counting"):
        check_parameter_values(Counting(), {"n": [3]}, "[space.model]")
