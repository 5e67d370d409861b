"""Both compilers are timed on a model's own steps, and nothing else changes."""

import pytest

from search.training.compiled import compiler_choice, compiler_probe
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, programs_of, train_trial
from tests.search.training.references import assert_same_curves

pytestmark = pytest.mark.slow
IMAGES = make_arrays("multiclass", 128, (28, 28, 1))


@pytest.fixture
def probed(monkeypatch):
    """Return the list of what each probe has found, to be filled."""
    found, faster = [], compiler_probe.Probe.faster
    monkeypatch.setattr(compiler_probe.Probe, "faster", lambda *given: found.append(faster(*given)) or found[-1])
    return found


@pytest.mark.parametrize(
    ("builder", "arguments", "is_replaced"),
    [
        ("dense", {}, True),
        ("dense", {"dropout": 0.3}, False),
        ("stepped", {}, False),
    ],
)
def test_only_what_computes_the_same_by_both_is_replaced(builder, arguments, is_replaced, probed, monkeypatch, tmp_path):
    monkeypatch.setattr(compiler_probe, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(compiler_probe, "LEAST_GAIN", 0.0)
    assignment = make_assignment(tmp_path / "model", model_arguments=arguments, training={"epochs": 5})
    assert train_trial(make_experiment(builder, trainer="compiled"), assignment, make_arrays()).reason == ""
    assert [program is not None for program in probed] == [is_replaced]


@pytest.mark.parametrize("least_seconds", [0.0, 60.0])
def test_a_slower_compiler_is_replaced_if_much_is_left_to_train(least_seconds, fit, probed, monkeypatch, tmp_path):
    """On a CPU XLA's convolutions take several times as long in a loop, so the rule is reversed here.

    There is no dropout, since XLA draws other masks.
    """
    monkeypatch.setattr(compiler_choice, "uses_xla", lambda *_: True)
    monkeypatch.setattr(compiler_probe, "LEAST_SECONDS", least_seconds)
    monkeypatch.setattr(compiler_probe, "LEAST_GAIN", 0.5)  # the machine may be busy with other tests while either is timed
    settings = {"epochs": 5, "batch_size": 32, "learning_rate": 0.01, "optimizer": "sgd", "momentum": 0.9}
    assignment = make_assignment(tmp_path / "model", model_arguments={"dropout": 0.0, "n_filters": 32}, training=settings)
    experiment = make_experiment("convolution", trainer="compiled")
    compiled = train_trial(experiment, assignment, IMAGES)
    assert (compiled.trainer, compiled.reason, len(programs_of(experiment, IMAGES))) == ("compiled", "", 1)
    assert [program is not None for program in probed] == [least_seconds == 0.0]
    assert_same_curves([compiled], [fit(experiment, assignment, IMAGES)])
