"""Hyperparameters that are tried first: of the experiment file, of earlier studies, and of the command ``enqueue``."""

import pytest

from .trees import TREES

EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 6 }
criterion = { type = "categorical", choices = ["gini", "entropy"] }
n_leaves = { type = "int", low = 0, high = 3 }
leaves = { type = "int", low = 2, high = 9, repeat = "n_leaves" }
alpha = { type = "float", low = 0.0, high = 0.5, step = 0.1, when = { criterion = "entropy" } }
[space.rules]
growing = "leaves_1 <= leaves_2 <= leaves_3"
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
n_trials = 4
[executor]
name = "in-process"

[[search.first]]
leaves = [3, 7]

[[search.first]]
max_depth = 6
criterion = "entropy"
alpha = 0.3
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(TREES, EXPERIMENT)


@pytest.mark.slow
def test_the_trials_of_the_file_are_first_and_once(own):
    own.call("run", "own.toml")
    first, second, *others = own.trials()
    assert (first["n_leaves"], first["leaves_1"], first["leaves_2"], first.get("leaves_3", "")) == ("2", "3", "7", "")
    assert first["max_depth"]
    assert (second["max_depth"], second["criterion"], float(second["alpha"])) == ("6", "entropy", 0.3)
    assert len(others) == 2
    own.call("run", "own.toml", "--trials", 6)
    assert len(own.trials()) == 6
    assert [trial["state"] for trial in own.trials()] == ["COMPLETE"] * 6


@pytest.mark.slow
def test_an_enqueued_trial_waits_and_is_the_next(own):
    own.call("run", "own.toml")
    said = own.call("enqueue", "own", "max_depth=3", "criterion=gini", "leaves=[4]").stdout
    assert "Trial 4 waits" in said
    waiting = own.trials()[4]
    assert (waiting["state"], waiting["max_depth"]) == ("WAITING", "3")
    assert "WAITING" in own.call("show", "own").stdout
    own.call("doctor", "own")
    own.call("run", "own.toml", "--trials", 5)
    last = own.trials()[4]
    assert (last["state"], last["max_depth"], last["criterion"], last["leaves_1"], last["n_leaves"]) == ("COMPLETE", "3", "gini", "4", "1")


@pytest.mark.slow
def test_a_trial_with_which_nothing_obeys_the_rules_is_refused(own):
    own.call("run", "own.toml", "--trials", 2, "--set", "search.first=[]", "--set", "space.rules.growing=leaves_2 < leaves_1")
    refused = own.call("enqueue", "own", "leaves_1=2", "n_leaves=2", status=2).stderr
    assert 'Study "own" cannot try this: none of 10,000 random combinations with them obeys growing' in " ".join(refused.split())
    own.call("run", "own.toml", "--trials", 2, "--fresh", "--set", "search.first=[]")
    assert "is archived, and does not go on" in own.call("enqueue", "own.1", "max_depth=2", status=2).stderr


@pytest.mark.slow
def test_the_best_of_earlier_studies_are_first_as_far_as_they_are_in_the_space(own):
    own.call("run", "own.toml", "--study", "earlier")
    best = max(own.trials("earlier"), key=lambda trial: float(trial["value"]))
    narrower = EXPERIMENT.partition("[[search.first]]")[0].replace('criterion = { type = "categorical", choices = ["gini", "entropy"] }\n', "")
    narrower = narrower.replace(', when = { criterion = "entropy" }', "").replace("n_trials = 4", 'n_trials = 4\nlearn_from = ["earlier"]')
    (own.folder / "own.toml").write_text(narrower)
    said = own.call("run", "own.toml").stdout
    assert f"trial {best['trial']} of earlier is tried first without" in said
    assert "criterion" in said
    assert own.trials()[0]["max_depth"] == best["max_depth"]
    own.call("delete", "earlier", "--yes")
    own.call("run", "own.toml", "--trials", 5)  # what was learnt stays
    own.call("run", "own.toml", "--study", "another", status=2)


MISTAKES = [
    (["search.first=[{ max_dept = 3 }]"], 'search.first.0: there is no searched hyperparameter "max_dept"; did you mean "max_depth"?'),
    (
        ["search.first=[{ max_depth = 2 }, { max_depth = 9 }]"],
        "search.first.1: max_depth = 9 is not in its range, 1 to 6; widen it, or correct the value",
    ),
    (["search.first=[{ max_depth = 2.5 }]"], "search.first.0: max_depth = 2.5: expected a whole number"),
    (["search.first=[{ criterion = 'ginni' }]"], 'criterion = "ginni" is none of the choices; did you mean "gini"?'),
    (["search.first=[{ alpha = 0.3 }]"], "alpha exists only if criterion = entropy, but criterion is not given; add or correct it"),
    (["search.first=[{ alpha = 0.25, criterion = 'entropy' }]"], "alpha = 0.25 is on no step of 0.1 from 0.0"),
    (["search.first=[{ leaves = 3 }]"], "search.first.0: leaves = 3: expected a list"),
    (["search.first=[{ leaves = [3, 4, 5, 6] }]"], "expected at most 3 values"),
    (["search.first=[{ leaves = [5, 4] }]"], 'these values break rules.growing = "leaves_1 <= leaves_2 <= leaves_3"'),
    (["search.first=[{ leaves = [5], n_leaves = 0 }]"], "n_leaves = 0, but a list has 1 values; correct one of them"),
    (["search.first=[{}]"], "search.first.0: no hyperparameter is given"),
    (["search.reproducible=true"], "reproducible = true excludes first and learn_from"),
    (["search.learn_from=['wines']"], 'There is no study "wines"'),
    (["search.learn_from=['own']"], 'search.learn_from: "own" is this study; name earlier ones, such as "own.1"'),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_what_cannot_be_tried_is_refused_before_anything_runs(own, changes, message):
    words = [word for change in changes for word in ("--set", change)]
    finished = own.call("run", "own.toml", *words, status=2)
    assert message in " ".join(finished.stderr.split())


def test_enqueue_refuses_what_it_cannot_use(own):
    own.call("run", "own.toml", "--trials", 2)
    for words, message in [
        (("max_depth",), '"max_depth": expected name=value, such as max_depth=3'),
        ((), "Missing argument"),
        (("max_depth=7",), "max_depth = 7 is not in its range, 1 to 6"),
    ]:
        assert message in " ".join(own.call("enqueue", "own", *words, status=2).stderr.split())
    assert "There is no study" in own.call("enqueue", "other", "max_depth=3", status=2).stderr
    assert len(own.trials()) == 2
