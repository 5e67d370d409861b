"""An estimator or pipeline of a Python session is searched as it is."""

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, IntDistribution
from sklearn.datasets import load_iris

from search import Study
from tests.search.sessions import as_main, run_cell

ESTIMATORS = """
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

class Times(TransformerMixin, BaseEstimator):
    def __init__(self, factor=1):
        self.factor = factor

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * self.factor

pipeline = make_pipeline(Times(), LogisticRegression(tol=1e-6))
"""


@pytest.mark.slow
def test_a_pipeline_is_searched_by_the_names_of_its_steps_and_its_champion_carries_its_classes(tmp_path, monkeypatch, forks):
    monkeypatch.chdir(tmp_path)
    cell = run_cell(ESTIMATORS)
    x, y = load_iris(return_X_y=True)
    space = {"times__factor": IntDistribution(1, 3), "logisticregression__class_weight": CategoricalDistribution([None, "balanced"])}
    with as_main(cell):
        study = Study(cell["pipeline"], (x.astype(np.float32), y), space=space, objective="val_loss", executor={"n_workers": 1})
        study.run(3, show_progress=False)
    assert study.name == "Pipeline"
    assert set(study.trials["state"]) == {"COMPLETE"}
    predicted = study.champion.predict(np.ones((2, 4), np.float32))
    assert predicted.filter(like="probability").sum(axis=1).tolist() == pytest.approx([1, 1])
    [file] = study.champion.code_folder.glob("Pipeline_session.py")
    assert "estimator = Pipeline(steps=[('times', Times()), ('logisticregression', LogisticRegression(tol=1e-06))])" in file.read_text()
