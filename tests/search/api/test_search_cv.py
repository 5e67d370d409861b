"""scikit-learn's GridSearchCV and RandomizedSearchCV are studies."""

import numpy as np
import pytest
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.datasets import load_diabetes, load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # lets HalvingGridSearchCV be imported
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, RandomizedSearchCV, ShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from search import Study
from search.data.dataset import load_dataset
from search.data.folds import divide, joined, kind_of
from search.errors import ExperimentError

PIPELINE = make_pipeline(StandardScaler(), SVC())
LOGISTIC, LOG_LOSS = make_pipeline(StandardScaler(), LogisticRegression()), {"scoring": "neg_log_loss", "cv": 3}
SVC_GRID = {"svc__C": [0.1, 1.0, 10.0], "svc__kernel": ["linear", "rbf"]}
IRIS, DIABETES = ((x.astype(np.float32), y) for x, y in (load_iris(return_X_y=True), load_diabetes(return_X_y=True)))


def test_a_grid_search_is_the_grid_with_all_folds_and_its_champion_is_trained_on_all_rows():
    experiment = Study(GridSearchCV(PIPELINE, [SVC_GRID | {"svc__class_weight": [None, {0: 2}]}]), IRIS, search={"seed": 3}).experiment
    assert (experiment.search.sampler, experiment.search.n_trials, experiment.search.seed) == ("grid", 12, 3)
    assert (experiment.evaluation.folds, experiment.evaluation.race, experiment.champion.ensemble) == (5, False, "none")
    assert (experiment.objective.metric, experiment.objective.direction) == ("val_accuracy", "maximize")
    assert experiment.space.searched["svc__class_weight"].choices == ["None", "{0: 2}"]
    assert (experiment.preprocessing.numeric, experiment.preprocessing.target) == ("none", "none")
    sizes = GridSearchCV(MLPClassifier(), {"hidden_layer_sizes": [(8,), (8, 2)]}, scoring="neg_log_loss", cv=2)
    assert Study(sizes, IRIS).experiment.space.searched["hidden_layer_sizes"].choices == ["(8,)", "(8, 2)"]


def test_a_randomized_search_has_its_distributions_and_its_number_of_trials():
    space = {"alpha": loguniform(0.01, 10), "tol": uniform(0.1, 0.2), "max_iter": randint(10, 20), "solver": np.array(["svd", "lsqr"])}
    search = RandomizedSearchCV(Ridge(), space, n_iter=7, random_state=4, cv=KFold(3))
    experiment = Study(search, DIABETES).experiment
    assert (experiment.search.sampler, experiment.search.n_trials, experiment.search.seed) == ("random", 7, 4)
    assert (experiment.evaluation.folds, experiment.evaluation.kind, experiment.objective.metric) == (3, "shuffled", "val_r2_score")
    alpha, tol, max_iter, solver = (experiment.space.searched[name] for name in space)
    assert (alpha.low, alpha.high, alpha.log) == (0.01, 10, True)
    assert (tol.low, tol.high, tol.log) == (0.1, pytest.approx(0.3), False)
    assert (max_iter.low, max_iter.high, solver.choices) == (10, 19, ["svd", "lsqr"])


@pytest.mark.parametrize(
    ("search", "arguments", "message"),
    [
        (GridSearchCV(Ridge(), [{"alpha": [1]}, {"tol": [1]}]), {}, "param_grid is a list of 2 dicts; a study has one space: run a study for each"),
        (GridSearchCV(Ridge(), {"alpha": [1]}), {"space": {"alpha": 1}}, "space is that of the GridSearchCV; leave it out"),
        (GridSearchCV(Ridge(), {"alpha": [1]}, scoring="r_2"), {}, 'scoring is "r_2"; did you mean "r2"'),
        (GridSearchCV(Ridge(), {"alpha": [1]}, scoring=["r2"]), {}, "scoring is list; expected one name"),
        (GridSearchCV(Ridge(), {"alpha": [1]}, cv=ShuffleSplit(2)), {}, "cv is ShuffleSplit; expected a number of folds, KFold or StratifiedKFold"),
        (GridSearchCV(PIPELINE, {"svc": [SVC()]}), {}, "space.model.svc.*expected text, a number, true or false"),
        (RandomizedSearchCV(Ridge(), {"alpha": norm(0, 1)}), {}, "param_distributions: alpha is the distribution norm; expected a list, or uniform"),
        (RandomizedSearchCV(Ridge(), {}, random_state=np.random.RandomState(0)), {}, "random_state is RandomState; expected a whole number"),
        (GridSearchCV(Ridge(), {"alpha": 1}), {}, r"param_grid: alpha is 1; expected a list of values, such as \[1\]"),
        (GridSearchCV(Ridge(), None), {}, "param_grid is NoneType; expected a dict of lists"),
        (GridSearchCV(Ridge(), {"alpha": [1]}, refit=len), {}, "refit is <built-in function len>; expected True"),
        (GridSearchCV(Ridge(), {"alpha": [1]}, scoring="recall"), {}, 'give objective="val_recall", and which class is meant'),
        (GridSearchCV(SVC(), {"C": [1]}, scoring="neg_log_loss"), {}, 'scoring = "neg_log_loss" needs probabilities, but SVC has no predict_proba'),
        (HalvingGridSearchCV(Ridge(), {"alpha": [1]}), {}, "model is a HalvingGridSearchCV; expected GridSearchCV or RandomizedSearchCV"),
    ],
)
def test_what_has_no_counterpart_is_refused(search, arguments, message):
    with pytest.raises(ExperimentError, match=message):
        Study(search, DIABETES, **arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("search", "data"),
    [
        (GridSearchCV(LOGISTIC, {"logisticregression__C": [0.1, 1.0], "logisticregression__fit_intercept": [True, False]}, **LOG_LOSS), IRIS),
        (GridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1.0, 10.0]}, cv=4, scoring="neg_mean_squared_error"), DIABETES),
    ],
)
def test_values_best_trial_and_champion_are_those_of_scikit_learn_on_the_same_folds(tmp_path, monkeypatch, forks, search, data):
    monkeypatch.chdir(tmp_path)
    study = Study(search, data, name="searched", executor={"n_workers": 1}).run(show_progress=False)
    dataset, evaluation = load_dataset(study.experiment.data), study.experiment.evaluation
    rows = joined(dataset)
    search.set_params(cv=list(divide(rows, evaluation, dataset, kind=kind_of(dataset, evaluation))))
    search.fit(np.asarray(rows.features, np.float64), np.asarray(rows.target))
    expected = search.cv_results_
    sign = 1 if study.experiment.objective.direction == "maximize" else -1
    by_params = {tuple(params.values()): sign * value for params, value in zip(expected["params"], expected["mean_test_score"], strict=True)}
    names = [f"params_{name}" for name in expected["params"][0]]
    assert {tuple(row[names]): row["value"] for _, row in study.trials.iterrows()} == pytest.approx(by_params, rel=1e-5)
    assert study.best.value == pytest.approx(sign * search.best_score_, rel=1e-5)
    assert study.best.params == search.best_params_
    found = study.champion.predict(np.asarray(dataset.test.features))
    np.testing.assert_allclose(found.iloc[:, 0], search.predict(np.asarray(dataset.test.features, np.float64)), rtol=1e-5)
