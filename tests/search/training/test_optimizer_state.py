"""A model that is trained on from the state of its optimizer ends like one that is trained in one go, as by Keras' `fit`."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from models.mlp import build_mlp
from search.errors import ExperimentError
from tests.search.training.checkpointing import KilledError, killed_at, options
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.test_continued_trials import DENSE_STACK, SHARED, STACK

SETTINGS = {"batch_size": 16, "shuffle": False, "learning_rate": 0.05}
KEPT = {"champion": {"optimizer_state": True}}
GOES_ON = {"weights": "models:/first@champion", "optimizer_state": True}


def _train(folder, trainer, experiment, arrays=None, builder="dense", model=None, report=lambda _: True, **settings):
    experiment = make_experiment(builder, **options(trainer), **experiment)
    assignment = make_assignment(
        folder / "0", model_arguments=model or {}, training=SETTINGS | settings, checkpoint_path=str(folder / "0.npz"), is_prunable=True
    )
    return train_trial(experiment, assignment, arrays or make_arrays(), report)


def compiled_network(input_shape):
    model = keras.Sequential([keras.Input(input_shape), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    return model


def _started_from(path, arrays=None):
    return replace(arrays or make_arrays(), initial=np.frombuffer(Path(path).read_bytes(), np.uint8))


CASES = {
    "keras": ("keras", "dense", {}, {}),
    "compiled": ("compiled", "dense", {"normalization": True}, {}),
    "compiled, scaled loss": ("compiled", "dense", {}, {"precision": "mixed_float16"}),
    "shared": (SHARED, DENSE_STACK, STACK, {"optimizer": "nadam"}),
}


@pytest.mark.parametrize("case", [case if case == "compiled" else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_training_on_ends_like_one_training(tmp_path, case):
    trainer, builder, model, settings = CASES[case]
    given = {"builder": builder, "model": model, **settings}
    whole = _train(tmp_path / "whole", trainer, {}, epochs=5, **given)
    first = _train(tmp_path / "first", trainer, KEPT, epochs=2, restore_best_weights=False, **given)
    second = _train(tmp_path / "second", trainer, {"initial": GOES_ON}, _started_from(first.model_path), epochs=3, **given)
    assert (first.trainer, second.trainer, second.reason) == (trainer, trainer, "")
    for epoch, expected in zip([*first.history, *second.history], whole.history, strict=True):
        assert epoch == pytest.approx(expected, rel=1e-4)


def test_a_user_s_model_of_keras_is_trained_on_as_by_its_own_fit(tmp_path):
    arrays, model = make_arrays(), build_mlp((5,), "binary", 1, **STACK)
    model.compile(keras.optimizers.RMSprop(0.05), "binary_crossentropy")
    given = {"batch_size": 16, "shuffle": False, "verbose": 0, "validation_data": (arrays.x_validation, arrays.y_validation)}
    model.fit(arrays.x_train, arrays.y_train, epochs=2, **given)
    model.save(tmp_path / "given.keras")
    expected = model.fit(arrays.x_train, arrays.y_train, epochs=2, **given).history
    for state in (True, False):
        initial = {"initial": {"weights": "given.keras", "optimizer_state": state}}
        started = _started_from(tmp_path / "given.keras")
        result = _train(tmp_path / str(state), "keras", initial, started, builder=DENSE_STACK, model=STACK, epochs=2, optimizer="rmsprop")
        losses = [epoch["loss"] for epoch in result.history]
        assert (losses == pytest.approx(expected["loss"], rel=1e-4)) is state


@pytest.mark.parametrize(("trainer", "program"), [("compiled", "compiled"), ("auto", "elastic")])
def test_compiled_models_of_one_program_keep_their_own_states(tmp_path, trainer, program):
    space = {"training": {"loss": "binary_crossentropy"}, "compiled": True}
    experiment = make_experiment(f"{__name__}:compiled_network", trainer=trainer, space=space, **KEPT)
    for seed in 1, 2:
        result = train_trial(experiment, make_assignment(tmp_path / str(seed), training=SETTINGS | {"epochs": 2}, seed=seed), make_arrays())
        assert (result.reason, result.trainer) == ("", program)
        saved = keras.saving.load_model(result.model_path)
        assert int(saved.optimizer.iterations) == 4 * result.best_epoch


@pytest.mark.slow
@pytest.mark.parametrize("trainer", ["compiled", "keras", SHARED])
def test_the_state_is_that_of_the_best_epoch_after_a_kill_too(tmp_path, trainer):
    builder, model = (DENSE_STACK, STACK) if trainer == SHARED else ("dense", {})
    given = {"builder": builder, "model": model, "optimizer": "sgd", "momentum": 0.9, "learning_rate": 2.0}
    whole = _train(tmp_path / "whole", trainer, KEPT, epochs=8, **given)
    assert whole.best_epoch < 7
    with pytest.raises(KilledError):
        _train(tmp_path / "killed", trainer, KEPT, epochs=8, **given, report=killed_at(whole.best_epoch + 2))
    continued = _train(tmp_path / "killed", trainer, KEPT, epochs=8, **given)
    assert continued.history == whole.history
    for kept in whole, continued:
        on = _train(tmp_path / "on", trainer, {"initial": GOES_ON}, _started_from(kept.model_path), epochs=1, **given)
        assert on.history[0] == pytest.approx(whole.history[whole.best_epoch], rel=1e-4)


@pytest.mark.parametrize(
    ("training", "freeze", "message"),
    [
        ({"optimizer": "sgd"}, [], 'the given model was trained by the optimizer "adam", but a trial has "sgd"; write optimizer = "adam"'),
        ({"optimizer": {"type": "categorical", "choices": ["adam", "nadam"]}}, [], 'by the optimizer "adam", but a trial has "nadam"'),
        ({}, ["hidden_1"], "the given state has 10 variables ((), (), (5, 13), "),
    ],
)
def test_another_optimizer_than_that_of_the_state_is_refused_before_the_first_trial(tmp_path, training, freeze, message):
    model = build_mlp((5,), "binary", 1, n_neurons=13)
    model.compile("adam", "binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "given.keras")
    initial = {"weights": "given.keras", "optimizer_state": True, "freeze": freeze}
    experiment = make_experiment(DENSE_STACK, space={"model": {"n_neurons": 13}, "training": training}, initial=initial)
    with pytest.raises(ExperimentError) as raised:
        check_builder(experiment, _started_from(tmp_path / "given.keras"))
    assert message in str(raised.value)


def test_a_model_that_was_not_compiled_has_no_state(tmp_path):
    build_mlp((5,), "binary", 1).save(tmp_path / "given.keras")
    experiment = make_experiment(DENSE_STACK, initial={"weights": "given.keras", "optimizer_state": True})
    with pytest.raises(ExperimentError, match="has no state of an optimizer; save the model compiled, after its training"):
        check_builder(experiment, _started_from(tmp_path / "given.keras"))


def test_an_estimator_has_no_optimizer_whose_state_is_kept():
    with pytest.raises(ExperimentError, match=r"champion\.optimizer_state is that of a Keras optimizer"):
        check_builder(make_experiment("sklearn.linear_model:LogisticRegression", **KEPT), make_arrays())
