"""``refine`` proposes the next space from a study's best trials, as a file that runs."""

import tomllib

import pytest

OWN = """
from sklearn.base import BaseEstimator, ClassifierMixin
import numpy as np

class Scored(ClassifierMixin, BaseEstimator):
    def __init__(self, right):
        self.right = right

    def fit(self, x, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.common_ = self.classes_[counts.argmax()]
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x):  # the more is right, the more rows get the commoner class
        return np.where(np.arange(len(x)) < self.right * len(x), self.common_, self.classes_[self.classes_ != self.common_][0])

def build(rate, depth, kind, unused=0.0):
    right = 1 - abs(np.log10(rate) + 2) / 4 - (9 - depth) / 20 - (kind == "bad") / 3
    return Scored(right=max(0.0, right))
"""
EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
rate = { type = "float", low = 1e-5, high = 1.0, log = true, prior = 0.9 }
depth = { type = "int", low = 1, high = 9 }
kind = { type = "categorical", choices = ["good", "bad"], prior = "bad" }
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "gp"
n_trials = 30
[executor]
name = "in-process"
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(OWN, EXPERIMENT)


@pytest.mark.slow
def test_the_next_space_is_around_the_best_trials_and_wider_at_an_edge(own):
    own.call("run", "own.toml")
    said = own.call("refine", "own", "--output", "next.toml").stdout
    assert "at the upper edge: widened there" in said
    assert "own-next" in said
    proposed = tomllib.loads((own.folder / "next.toml").read_text())
    space = proposed["space"]["model"]
    assert space["depth"]["high"] > 9
    assert 1e-5 < space["rate"]["low"] < 0.01 < space["rate"]["high"] < 1
    assert space["kind"] == "good"
    assert proposed["search"]["learn_from"] == ["own"]
    assert "# depth: the best 6 are" in (own.folder / "next.toml").read_text()
    assert "trial" in own.call("run", "next.toml", "--study", "own-next", "--trials", 4).stdout
    own.call("run", "own.toml", "--fresh", "--set", "search.reproducible=true", "--trials", 15)
    assert "--study own-1-next" in own.call("refine", "own.1", "--output", "next.toml", "--force").stdout
    own.call("refine", "own", "--output", "reproducible.toml")
    assert "learn_from" not in tomllib.loads((own.folder / "reproducible.toml").read_text())["search"]
    refused = own.call("refine", "own-next", status=2).stderr
    assert 'Study "own-next" has 4 complete trials; a refinement needs 15' in refused
    assert "next.toml exists already; replace it with --force" in own.call("refine", "own", "--output", "next.toml", status=2).stderr
    assert "There is no study" in own.call("refine", "other", status=2).stderr
