"""An estimator of scikit-learn is trained, measured and saved."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from search.data.arrays import TrainingArrays
from search.errors import ExperimentError
from search.estimators import load_estimator
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_experiment

FOREST = "sklearn.ensemble:RandomForestClassifier"
LOGISTIC = "sklearn.linear_model:LogisticRegression"
PIPELINE = "tests.search.training.test_sklearn_fit:pipeline"
NETWORK = "models.scikit_learn:build_mlp_classifier"

pipeline = make_pipeline(StandardScaler(), SVC(probability=True))


def test_an_estimator_is_trained_once_measured_and_saved(train, tmp_path):
    arrays = make_arrays()
    result = train(NETWORK, arrays, experiment={"metric": "val_accuracy", "metrics": ["auc"]}, epochs=7)
    assert (result.state, result.trainer, result.best_epoch, len(result.history)) == (TrialState.COMPLETE, "scikit-learn", 1, 1)
    assert {"loss", "accuracy", "auc", "val_loss", "val_accuracy", "val_auc"} <= result.history[0].keys()
    assert result.value == result.history[0]["val_accuracy"] > 0.8
    assert result.n_parameters == 5 * 10 + 10 + 10 * 5 + 5 + 5 + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["auto.expected.npz", "auto.skops"]
    assert result.model_path == str(tmp_path / "auto.skops")
    with np.load(tmp_path / "auto.expected.npz") as expected:
        probabilities = load_estimator(tmp_path / "auto.skops", ()).predict_proba(arrays.x_validation)
        np.testing.assert_allclose(expected["outputs"], probabilities, rtol=1e-6)


def test_a_class_needs_no_builder_and_gets_the_trials_seed(train):
    first, second, other = (train(FOREST, model={"n_estimators": 5}, seed=seed) for seed in (1, 1, 2))
    assert first.history == second.history != other.history
    assert isinstance(load_estimator(other.model_path, ()), RandomForestClassifier)
    assert load_estimator(other.model_path, ()).random_state == 2


def test_a_seed_in_the_experiment_takes_precedence(train):
    result = train(FOREST, model={"n_estimators": 5, "random_state": 3}, seed=1)
    assert load_estimator(result.model_path, ()).random_state == 3


@pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning")
def test_a_pipeline_as_it_is_is_copied_and_its_steps_are_set(train):
    arrays = make_arrays()
    check_builder(make_experiment(PIPELINE, space={"model": {"svc__C": {"type": "float", "low": 0, "high": 9}}}), arrays)
    for kernel in ("linear", "rbf"):
        result = train(PIPELINE, arrays, model={"svc__C": 4.0, "svc__kernel": kernel}, seed=1)
        own = make_pipeline(StandardScaler(), SVC(C=4.0, kernel=kernel, probability=True, random_state=1))
        own.fit(arrays.x_train.astype(np.float64), arrays.y_train.ravel())
        saved = load_estimator(result.model_path, ())
        np.testing.assert_array_equal(saved.predict_proba(arrays.x_validation), own.predict_proba(arrays.x_validation))
        assert result.history[0]["val_accuracy"] == own.score(arrays.x_validation.astype(np.float64), arrays.y_validation.ravel())
    assert not hasattr(pipeline[-1], "classes_")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"C": 1.0}, r'\[space.model\]: Pipeline has no parameter "C"; .*svc__C'),
        ({"svc__kernel": {"type": "categorical", "choices": ["rbf", "linera"]}}, '"linera": The .kernel. parameter of SVC must be a str among'),
    ],
)
def test_what_a_pipeline_does_not_accept_is_refused_before_any_trial(parameters, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(PIPELINE, space={"model": parameters}), make_arrays())


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_the_other_tasks_are_trained_too(train, task):
    kind = "LinearRegression" if task == "regression" else "LogisticRegression"
    result = train(f"sklearn.linear_model:{kind}", make_arrays(task))
    assert result.state is TrialState.COMPLETE
    assert result.value < (1e-9 if task == "regression" else 0.5)


def test_a_report_that_returns_false_prunes_it(train, tmp_path):
    result = train(NETWORK, report=lambda _: False)
    assert (result.state, result.model_path, list(tmp_path.iterdir())) == (TrialState.PRUNED, None, [])


def test_an_estimator_that_is_no_better_is_not_saved(train, tmp_path):
    assert train(NETWORK, keep_if_better_than=0.0).model_path is None
    assert list(tmp_path.iterdir()) == []


def test_a_searched_training_setting_is_refused_with_the_reason(train):
    searched = {"training": {"learning_rate": {"type": "float", "low": 0.1, "high": 1.0}}}
    result = train(NETWORK, experiment={"space": searched})
    assert (result.state, result.history) == (TrialState.FAILED, ())
    assert result.reason == (
        "[space.training] searches learning_rate, but models.scikit_learn:build_mlp_classifier returned a MLPClassifier, which trains by its own "
        "fit; search an argument of the model under [space.model] instead"
    )


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_are_weighed_as_by_the_estimator_itself(train, task):
    balanced = {"space": {"training": {"class_weight": {"type": "categorical", "choices": ["none", "balanced"]}}}}
    weighed, plain = (train(LOGISTIC, make_arrays(task), experiment=balanced, class_weight=chosen) for chosen in ("balanced", "none"))
    itself = train(LOGISTIC, make_arrays(task), model={"class_weight": "balanced"})
    assert weighed.history[0] == pytest.approx(itself.history[0], rel=1e-4)
    assert plain.history[0] != pytest.approx(itself.history[0], rel=1e-4)


def test_a_parameter_about_single_classes_is_refused():
    with pytest.raises(ExperimentError, match=r"logisticregression__class_weight = .* of Pipeline is about classes by their names or order"):
        check_builder(make_experiment(f"{__name__}:weighing"), make_arrays())


weighing = make_pipeline(StandardScaler(), LogisticRegression(class_weight={1: 9}))


def test_rows_of_weight_0_do_not_count_for_an_estimator(train):
    arrays = make_arrays()
    some = replace(arrays, x_train=arrays.x_train[:40], y_train=arrays.y_train[:40])
    weighted = replace(arrays, sample_weight=(np.arange(64) < 40).astype("float32"))
    assert train(LOGISTIC, weighted).value == pytest.approx(train(LOGISTIC, some).value, rel=1e-4)


def test_weights_that_the_fit_of_an_estimator_does_not_take_are_refused(train):
    reason = train("sklearn.neighbors:KNeighborsClassifier", experiment={"space": {"training": {"class_weight": "balanced"}}}).reason
    assert reason == "rows have weights (class_weight, sample_weight), which the fit() of KNeighborsClassifier does not take; leave them out"


def test_callbacks_are_refused_with_the_reason(train):
    reason = train(NETWORK, experiment={"callbacks": [{"use": "keras.callbacks:TerminateOnNaN"}]}).reason
    assert "[[callbacks]] are called by Keras" in reason


def test_several_targets_are_refused_with_the_reason(train):
    one = make_arrays()
    arrays = TrainingArrays(
        x_train=one.x_train,
        y_train={"a": one.y_train, "b": one.y_train},
        x_validation=one.x_validation,
        y_validation={"a": one.y_validation, "b": one.y_validation},
        task={"a": "binary", "b": "binary"},
        n_outputs={"a": 1, "b": 1},
    )
    assert "MLPClassifier predicts one target, but the experiment has a, b" in train(NETWORK, arrays).reason


def test_an_estimator_that_cannot_be_loaded_fails_the_trial(train, tmp_path):
    reason = train(f"{__name__}:untrusted").reason
    assert "which is not trusted" in reason
    assert not list(tmp_path.glob("*.skops"))


def untrusted():
    from sklearn.linear_model import Perceptron
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(FunctionTransformer(np.array), Perceptron())
