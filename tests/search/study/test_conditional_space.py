"""A search whose hyperparameters exist in some trials only, with lists, rules and priors, through the command line."""

import pytest

OWN = """
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier

def build(kind, depths, rate=1.0):
    assert isinstance(depths, list) and all(isinstance(depth, int) for depth in depths), depths
    if kind == "forest":
        assert rate == 1.0
        return RandomForestClassifier(n_estimators=1 + len(depths), max_depth=max(depths, default=1), random_state=0)
    return AdaBoostClassifier(n_estimators=1 + len(depths), learning_rate=rate, random_state=0)
"""
EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
kind = { type = "categorical", choices = ["forest", "boosted"], prior = "boosted" }
rate = { type = "float", low = 0.01, high = 1.0, log = true, when = { kind = "boosted" }, prior = { value = 0.5, strength = "strong" } }
n_depths = { type = "int", low = 0, high = 3 }
depths = { type = "int", low = 1, high = 5, repeat = "n_depths" }
[space.rules]
growing = "depths_1 <= depths_2 <= depths_3"
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
n_trials = 8
[executor]
name = "in-process"
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(OWN, EXPERIMENT)


@pytest.mark.slow
def test_a_conditional_search_runs_shows_its_gaps_goes_on_and_predicts(own):
    own.call("run", "own.toml", "--sampler", "tpe")
    own.call("run", "own.toml", "--sampler", "gp", "--trials", 14)
    found = own.trials()
    assert len(found) == 14
    assert (found[0]["kind"], float(found[0]["rate"])) == ("boosted", 0.5)
    for trial in found:
        assert trial["state"] == "COMPLETE", trial["reason"]
        assert bool(trial["rate"]) == (trial["kind"] == "boosted")
        depths = [trial[f"depths_{number}"] for number in (1, 2, 3)]
        assert [bool(depth) for depth in depths] == [number <= int(trial["n_depths"]) for number in (1, 2, 3)]
        assert [depth for depth in depths if depth] == sorted(depth for depth in depths if depth)
    shown = own.call("show", "own").stdout
    assert "if kind = boosted" in shown
    assert "if n_depths >= 2" in shown
    assert "space.rules.growing" in shown
    assert "could not be drawn" not in own.call("report", "own").stderr
    own.call("evaluate", "own", "--part", "test")
    own.call("retrain", "own", found[0]["trial"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('space.model.rate.when={ knd = "boosted" }', 'rate: when: there is no hyperparameter "knd"; did you mean "kind"?'),
        ('space.model.rate.when={ kind = "bosted" }', 'rate: when: kind is never "bosted"; did you mean "boosted"?'),
        ("space.model.depths.repeat=n_depth", 'depths: repeat: there is no hyperparameter "n_depth"; did you mean "n_depths"?'),
        ("space.rules.growing=depths_1 <= depth_2", 'depth_2": there is no hyperparameter "depth_2"; did you mean "depths_2"?'),
        ("space.rules.growing=n_depths > 3", "none of 10,000 random combinations obeys growing"),
        ("space.model.rate.prior=2", "space.model.rate: prior = 2 is no number from 0.01 to 1.0; correct it"),
        ('space.model.depths.when={ kind = "forest" }', 'build() needs the argument "depths", but trials without it are possible (when)'),
        ("search.sampler=kt-grid", 'sampler "kt-grid" cannot obey [space.rules]; use sampler "grid", which does'),
    ],
)
def test_wrong_use_is_refused_before_anything_runs(own, change, message):
    finished = own.call("run", "own.toml", "--set", change, status=2)
    assert message in " ".join(finished.stderr.split())


def test_what_a_sampler_does_not_use_is_said_and_what_no_trial_has_too(own):
    said = own.call("run", "own.toml", "--sampler", "qmc", "--set", "space.model.kind=forest", "--trials", 2).stdout
    assert "rate is in no trial: it exists when kind = boosted, but kind = forest" in said
    assert 'sampler "qmc" chooses at random what exists in some trials only: depths_1, depths_2, depths_3' in said
    assert {(trial["n_depths"] != "", trial.get("rate")) for trial in own.trials()} == {(True, None)}


@pytest.mark.slow
def test_mlflow_has_what_exists_and_a_rebuilt_ledger_knows_it(own):
    own.call("run", "own.toml")
    before = own.trials()
    (journal,) = (own.folder / "mlruns" / "studies" / "own").glob("journal.log")
    journal.unlink()
    own.call("doctor", "own", "--repair")
    assert [dict(trial, seconds="") for trial in own.trials()] == [dict(trial, seconds="") for trial in before]
