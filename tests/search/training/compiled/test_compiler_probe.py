"""Both compilers are timed on a model's own steps, and nothing else changes."""

from dataclasses import replace

import pytest

from search.training.compiled import compiler_choice, compiler_probe
from search.training.context import TrainingContext
from search.training.program_cache import programs_of
from search.training.run import train_trial
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.vectorized.test_slots import assignments

IMAGES = make_arrays("multiclass", 128, (28, 28, 1))


def train(experiment, tmp_path):
    assignment = next(assignments(tmp_path, epochs=5, patience=0))
    training = assignment.training.model_copy(update={"batch_size": 32, "learning_rate": 0.01})
    return train_trial(
        TrainingContext(experiment, IMAGES), replace(assignment, training=training, model_arguments={"dropout": 0.0, "n_filters": 32}), lambda _: True
    )


@pytest.mark.parametrize(("builder", "arguments", "is_replaced"), [("dense", {}, True), ("dense", {"dropout": 0.3}, False), ("stepped", {}, False)])
def test_only_what_computes_the_same_by_both_is_replaced(builder, arguments, is_replaced, monkeypatch, tmp_path):
    monkeypatch.setattr(compiler_probe, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(compiler_probe, "LEAST_GAIN", 0.0)
    begun = []
    faster = compiler_probe.Probe.faster
    monkeypatch.setattr(compiler_probe.Probe, "faster", lambda *given: begun.append(faster(*given)) or begun[-1])
    assignment = replace(next(assignments(tmp_path, epochs=5, patience=0)), model_arguments=arguments)
    assert train_trial(TrainingContext(make_experiment(builder, trainer="compiled"), make_arrays()), assignment, lambda _: True).reason == ""
    assert [program is not None for program in begun] == [is_replaced]


@pytest.mark.parametrize("least_seconds", [0.0, 60.0])
def test_a_slower_compiler_is_replaced_if_much_is_left_to_train(least_seconds, monkeypatch, tmp_path):
    """On a CPU XLA's convolutions take several times as long in a loop, so the rule is turned round here.

    There is no dropout, since XLA draws other masks.
    """
    monkeypatch.setattr(compiler_choice, "uses_xla", lambda *_: True)
    monkeypatch.setattr(compiler_probe, "LEAST_SECONDS", least_seconds)
    begun = []
    faster = compiler_probe.Probe.faster
    monkeypatch.setattr(compiler_probe.Probe, "faster", lambda *given: begun.append(faster(*given)) or begun[-1])
    experiment = make_experiment("convolution", trainer="compiled")
    compiled, fit = train(experiment, tmp_path), train(make_experiment("convolution", trainer="keras"), tmp_path)
    assert (compiled.trainer, compiled.reason, len(programs_of(TrainingContext(experiment, IMAGES)))) == ("compiled", "", 1)
    assert [program is not None for program in begun] == [least_seconds == 0.0]
    for expected, got in zip(fit.history, compiled.history, strict=True):
        assert got == pytest.approx(expected, rel=1e-4)
