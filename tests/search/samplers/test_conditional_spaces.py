"""What every sampler must do in a space where hyperparameters exist in some trials only, with rules and priors."""

import optuna
import pytest
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend

from search.errors import ExperimentError
from search.experiment.sections import SearchSection
from search.experiment.space import Space
from search.ledger.suggesting import ask_for
from search.samplers import NAMES, is_exhausted, make_sampler
from search.samplers.priors import Priors
from search.samplers.unit_space import UnitSpace

CONDITIONAL = [name for name in NAMES if not name.startswith("pbt")]
"""The samplers that know conditions and rules."""
FINITE = {
    "n_hidden": {"type": "int", "low": 0, "high": 3},
    "n_neurons": {"type": "int", "low": 4, "high": 20, "step": 8, "repeat": "n_hidden"},
    "activation": {"type": "categorical", "choices": ["relu", "leaky_relu", "tanh"], "when": {"n_hidden": [1, 2, 3]}},
    "slope": {"type": "float", "low": 0.1, "high": 0.3, "step": 0.1, "when": {"activation": "leaky_relu", "n_hidden": [1, 2]}},
}
CONTINUOUS = FINITE | {
    "rate": {"type": "float", "low": 1e-4, "high": 0.1, "log": True},
    "momentum": {"type": "float", "low": 0.0, "high": 0.9, "when": {"activation": ["relu", "tanh"]}},
}
RULES = {"narrowing": "n_neurons_2 <= n_neurons_1", "few": "sum(n_neurons) <= 45"}


def space_of(name, *, has_rules=False, **changes):
    entries = FINITE if name.endswith("grid") else CONTINUOUS
    return Space.model_validate({"model": {**entries, **changes}, "rules": RULES if has_rules else {}}).searched


def open_study(name, space, *, seed=0, n_trials=20, storage=None, direction="minimize"):
    options = {"kt-bayesian": {"num_initial_points": 5}, "tpe": {"n_startup_trials": 4}, "gp": {"n_startup_trials": 4}}.get(name, {})
    sampler = make_sampler(SearchSection(sampler=name, seed=seed, sampler_options=options), space, n_trials)
    storage = storage or InMemoryStorage()
    return optuna.create_study(storage=storage, study_name="study", sampler=sampler, direction=direction, load_if_exists=True)


def value_of(params):
    return (params["n_hidden"] - 2) ** 2 + params.get("n_neurons_1", 0) / 50 + params.get("slope", 0.5)


def run(study, space, n_trials):
    for _ in range(n_trials):
        if is_exhausted(study):
            break
        number, params = ask_for(space, study)
        study.tell(number, value_of(params))
    return [trial.params for trial in study.get_trials()]


def names_in(params):
    names = {"n_hidden", *(f"n_neurons_{number}" for number in range(1, params["n_hidden"] + 1))}
    names |= {"activation"} if params["n_hidden"] else set()
    return names | ({"slope"} if params.get("activation") == "leaky_relu" and params["n_hidden"] in (1, 2) else set())


@pytest.mark.parametrize("name", [*CONDITIONAL, "optuna.samplers:TPESampler"])
def test_a_trial_has_what_exists_in_it(name):
    space = space_of(name)
    for params in run(open_study(name, space), space, 6 if name == "kt-bayesian" else 14):
        expected = names_in(params)
        expected |= set() if name.endswith("grid") else {"rate"} | ({"momentum"} if params.get("activation") in ("relu", "tanh") else set())
        assert params.keys() == expected
        for parameter, value in params.items():
            assert space.distributions[parameter]._contains(space.distributions[parameter].to_internal_repr(value)), (parameter, value)


@pytest.mark.parametrize("name", [name for name in CONDITIONAL if name != "kt-grid"])
def test_every_proposal_obeys_the_rules(name):
    space = space_of(name, has_rules=True)
    for params in run(open_study(name, space), space, 6 if name == "kt-bayesian" else 8):
        layers = [params[f"n_neurons_{number}"] for number in range(1, params["n_hidden"] + 1)]
        assert layers[1:2] <= layers[:1]
        assert sum(layers) <= 45


def test_keras_tuners_grid_refuses_rules():
    with pytest.raises(ExperimentError, match=r'"kt-grid" cannot obey \[space.rules\]; use sampler "grid"'):
        open_study("kt-grid", space_of("kt-grid", has_rules=True))


@pytest.mark.parametrize(("name", "has_rules"), [("grid", False), ("grid", True), ("kt-grid", False), ("gp", True), ("kt-random", False)])
def test_a_finite_space_is_proposed_once_and_ends(name, has_rules):
    space = Space.model_validate(
        {
            "model": {
                "n_hidden": {"type": "int", "low": 0, "high": 2},
                "n_neurons": {"type": "int", "low": 4, "high": 12, "step": 4, "repeat": "n_hidden"},
                "activation": {"type": "categorical", "choices": ["relu", "tanh"], "when": {"n_hidden": [1, 2]}},
            },
            "rules": {"narrowing": "n_neurons_2 <= n_neurons_1"} if has_rules else {},
        }
    ).searched
    found = run(open_study(name, space, n_trials=99), space, 99)

    assert len({repr(sorted(params.items())) for params in found}) == len(found) == 1 + 2 * (3 + (6 if has_rules else 9))


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name == "kt-bayesian" else name for name in CONDITIONAL])
def test_a_resumed_study_proposes_as_if_never_interrupted(name, tmp_path):
    space = space_of(name, has_rules=name != "kt-grid")

    def reopened():
        return open_study(name, space, storage=JournalStorage(JournalFileBackend(str(tmp_path / "study.log"))))

    run(reopened(), space, 3)
    run(reopened(), space, 3)

    assert run(reopened(), space, 1) == run(open_study(name, space), space, 7)


@pytest.mark.parametrize("name", ["auto", "tpe", "random", "qmc", "cmaes"])
def test_the_search_begins_with_the_priors(name):
    rate = {"type": "float", "low": 1e-4, "high": 0.1, "log": True, "prior": {"value": 0.003, "strength": "strong"}}
    space = space_of(name, rate=rate, activation=FINITE["activation"] | {"prior": "tanh"}, n_hidden=FINITE["n_hidden"] | {"prior": 2})
    first, *others = run(open_study(name, space), space, 5)

    assert first == first | {"rate": 0.003, "activation": "tanh", "n_hidden": 2}
    assert 0.0015 < others[1]["rate"] < 0.006  # two standard deviations of a twentieth of three decades
    assert 0.0015 < others[3]["rate"] < 0.006


@pytest.mark.slow
def test_a_prior_pulls_the_search_and_gives_way_to_what_is_measured():
    parameter = {"type": "float", "low": 0.0, "high": 1.0}

    def proposed(**prior):
        space = Space.model_validate({"model": {"x": parameter | prior, "y": parameter}}).searched
        study = open_study("gp", space, n_trials=40)
        for _ in range(40):
            number, params = ask_for(space, study)
            study.tell(number, (params["x"] - 0.9) ** 2 + (params["y"] - 0.5) ** 2)
        return [trial.params["x"] for trial in study.trials]

    believed, plain = proposed(prior={"value": 0.2, "strength": "strong"}), proposed()
    assert sum(abs(x - 0.2) < 0.15 for x in believed[:10]) > sum(abs(x - 0.2) < 0.15 for x in plain[:10])
    assert min(abs(x - 0.9) for x in believed) < 0.05


def test_a_prior_does_not_favour_trials_without_its_hyperparameter():
    momentum = {"type": "float", "low": 0.0, "high": 1.0, "when": {"kind": "a"}, "prior": {"value": 0.9, "strength": "strong"}}
    space = Space.model_validate({"model": {"kind": {"type": "categorical", "choices": ["a", "b"]}, "momentum": momentum}}).searched
    unit = UnitSpace(space)
    near, far, absent = Priors(space, 3).log_density(unit.place([{"kind": "a", "momentum": 0.9}, {"kind": "a", "momentum": 0.1}, {"kind": "b"}]))
    assert near > absent == 0 > far


def test_tpe_learns_what_exists_in_some_trials_only():
    entries = {
        "kind": {"type": "categorical", "choices": ["a", "b"]},
        "x": {"type": "float", "low": 0.0, "high": 1.0, "when": {"kind": "b"}},
    }
    space = Space.model_validate({"model": entries}).searched
    for name in ("tpe", "gp"):
        study = open_study(name, space, n_trials=40)
        for _ in range(40):
            number, params = ask_for(space, study)
            study.tell(number, (params["x"] - 0.3) ** 2 if "x" in params else 0.2)
        late = [trial.params.get("x") for trial in study.trials[20:]]
        assert sum(x is not None and abs(x - 0.3) < 0.15 for x in late) >= 8, name
