"""Fine-tuning in stages is what compiling again after each change of `trainable` is in Keras, also after a kill or a pause."""

import functools

import keras
import pytest

from search.errors import ExperimentError
from search.trial import TrialState
from tests.search.training.checkpointing import ALWAYS, KilledError, killed_at
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial

SETTINGS = {"epochs": 6, "batch_size": 16, "shuffle": False, "learning_rate": 0.02, "unfreeze_epochs": 2, "unfreeze_learning_rate": 0.005}
FROZEN = ["first", "normalized", "second"]
STAGES = {"all": "all", "list": [["second"], ["first"]]}


def network(input_shape, n_outputs):
    keras.utils.set_random_seed(5)  # the same weights for Keras' own training
    x = inputs = keras.Input(input_shape)
    x = keras.layers.Dense(8, activation="relu", name="first")(x)
    x = keras.layers.BatchNormalization(momentum=0.5, name="normalized")(x)
    x = keras.layers.Dense(6, activation="tanh", name="second")(x)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="sigmoid", name="output")(x))


@functools.cache
def _by_hand(stages):
    """Train as Keras' guide to transfer learning does: set `trainable`, compile, fit."""
    model, arrays, curves = network((5,), 1), make_arrays(), {}
    trained = [[], *(STAGES[stages] if stages == "list" else [FROZEN])]
    for name in FROZEN:
        model.get_layer(name).trainable = False
    for number, names in enumerate(trained):
        for name in names:
            model.get_layer(name).trainable = True
        model.compile(keras.optimizers.Adam(SETTINGS["learning_rate" if number == 0 else "unfreeze_learning_rate"]), "binary_crossentropy")
        epochs = 2 if number + 1 < len(trained) else 8 - 2 * len(trained)
        validation = arrays.x_validation, arrays.y_validation
        fitted = model.fit(arrays.x_train, arrays.y_train, 16, epochs=epochs, verbose=0, shuffle=False, validation_data=validation)
        for name, values in fitted.history.items():
            curves.setdefault(name, []).extend(values)
    return curves


def _experiment(trainer, stages="list", **sections):
    executor = {"checkpoint_seconds": ALWAYS}
    initial = {"freeze": FROZEN, "unfreeze": STAGES[stages]}
    space = {"training": {name: SETTINGS[name] for name in ("epochs", "unfreeze_epochs", "unfreeze_learning_rate")}}
    return make_experiment(f"{__name__}:network", trainer=trainer, executor=executor, initial=initial, space=space, **sections)


def _train(folder, experiment, report=lambda _: True, **changes):
    given = {"training": SETTINGS, "is_prunable": True, "checkpoint_path": str(folder / "0.npz")} | changes
    return train_trial(experiment, make_assignment(folder / "0", **given), make_arrays(), report)


@pytest.mark.parametrize(
    ("trainer", "stages"),
    [("compiled", "list"), pytest.param("compiled", "all", marks=pytest.mark.slow), pytest.param("keras", "list", marks=pytest.mark.slow)],
)
def test_unfreezing_in_stages_is_compiling_again_after_changes_of_trainable(tmp_path, trainer, stages):
    result = _train(tmp_path, _experiment(trainer, stages), is_prunable=False)
    assert (result.state, result.reason, result.trainer) == (TrialState.COMPLETE, "", trainer)
    for name, values in _by_hand(stages).items():
        assert [epoch[name] for epoch in result.history] == pytest.approx(values, rel=1e-4)
    assert [epoch["learning_rate"] for epoch in result.history] == [0.02, 0.02, 0.005, 0.005, 0.005, 0.005]
    saved = keras.saving.load_model(result.model_path)
    assert [saved.get_layer(name).trainable for name in FROZEN] == [True, stages == "all", True]


@pytest.mark.slow
@pytest.mark.parametrize("trainer", ["compiled", "keras"])
def test_a_trial_that_is_killed_or_paused_in_any_stage_ends_like_an_uninterrupted_one(tmp_path, trainer):
    experiment = _experiment(trainer)
    whole = _train(tmp_path / "whole", experiment)
    for epoch in 2, 3, 4, 5:
        with pytest.raises(KilledError):
            _train(tmp_path / f"killed-{epoch}", experiment, killed_at(epoch))
        paused = _train(tmp_path / f"paused-{epoch}", experiment, lambda report, at=epoch: report.epoch < at, is_pausable=True)
        assert len(paused.history) == epoch
        for name in "killed", "paused":
            reports = []
            continued = _train(tmp_path / f"{name}-{epoch}", experiment, lambda report, seen=reports: seen.append(report) or True)
            assert continued.history == whole.history, (name, epoch)
            assert len(reports) < 6


@pytest.mark.slow
def test_the_optimizer_is_that_of_the_stage_of_the_best_epoch(tmp_path):
    experiment = _experiment("compiled", champion={"optimizer_state": True})
    result = _train(tmp_path, experiment, training=SETTINGS | {"unfreeze_learning_rate": 9.0}, is_prunable=False)
    assert result.best_epoch <= 2
    saved = keras.saving.load_model(result.model_path)
    assert [saved.get_layer(name).trainable for name in FROZEN] == [False] * 3
    assert int(saved.optimizer.iterations) == 4 * result.best_epoch
    assert len(saved.optimizer.variables) == 2 + 2 * 2


@pytest.mark.parametrize(
    ("initial", "training", "message"),
    [
        ({"freeze": ["first"]}, {"unfreeze_learning_rate": 0.1}, "unfreeze_learning_rate is used after space.training.unfreeze_epochs, which is 0"),
        ({"freeze": 1, "unfreeze": [["first"]]}, {}, "initial.unfreeze is used after space.training.unfreeze_epochs, which is 0"),
        ({}, {"unfreeze_epochs": 2}, "is about the layers of initial.freeze, which names none"),
        ({"freeze": 1}, {"unfreeze_epochs": 9, "epochs": 9}, "unfreeze_epochs is 9 at least, but a trial has 9 epochs at most"),
        ({"freeze": ["first"], "unfreeze": [["second"]]}, {"unfreeze_epochs": 2}, 'unfreeze names "second", which freeze does not'),
        ({"freeze": ["first"], "unfreeze": [["first"], ["first"]]}, {"unfreeze_epochs": 2}, 'unfreeze names "first" twice'),
        ({"freeze": 1, "unfreeze": [["fist"]]}, {"unfreeze_epochs": 2}, '"fist" is no layer that is frozen; did you mean "first"?'),
    ],
)
def test_stages_that_say_nothing_or_contradict_each_other_are_refused_before_the_first_trial(initial, training, message):
    with pytest.raises(ExperimentError) as raised:
        check_builder(make_experiment(f"{__name__}:network", initial=initial, space={"training": training}), make_arrays())
    assert message in str(raised.value)
