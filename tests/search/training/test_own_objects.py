"""Losses, metrics, optimizers and schedules by reference: their curves equal those of Keras' `fit`, and what is wrong is refused first."""

import zipfile

import keras
import numpy as np
import pytest

from search.errors import ExperimentError, InputError
from search.experiment.settings import TrainingSettings
from search.training.metrics import make_heads
from search.training.model.compiling import row_losses
from tests.search.training import own_objects
from tests.search.training.builders import dense, two_inputs_and_outputs
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.data_shapes import with_two_inputs, with_two_outputs
from tests.search.training.references import assert_same_curves

HERE = "tests.search.training.own_objects"
SPECIFICITY = f"{HERE}:specificity"
COSINE = {"use": "keras.optimizers.schedules:CosineDecay", "initial_learning_rate": 0.05, "decay_steps": 10}
ADAM = "keras.optimizers:Adam"


def trained(tmp_path, fit, training, task="binary", *, trainer="auto", **experiment):
    """Check and train a trial, and compare its curves with those of Keras' `fit`."""
    arrays = make_arrays(task)
    content = make_experiment(space={"training": {**training, "epochs": 3}}, trainer=trainer, **experiment)
    check_builder(content, arrays)
    assignment = make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({}))
    result = train_trial(content, assignment, arrays)
    assert result.reason == ""
    assert_same_curves([result], [fit(content, assignment, arrays)])
    return result


@pytest.mark.parametrize(
    ("task", "training"),
    [
        ("multiclass", {"loss": {"use": "keras.losses:CategoricalFocalCrossentropy", "alpha": 0.3}}),
        ("regression", {"loss": "keras.losses:Huber"}),
        pytest.param("multiclass", {"loss": f"{HERE}:focal", "targets": "one_hot"}, marks=pytest.mark.slow),
        pytest.param("binary", {"optimizer": {"use": ADAM, "amsgrad": True}, "weight_decay": 0.01}, marks=pytest.mark.slow),
        pytest.param("binary", {"optimizer": f"{HERE}:make_sgd", "learning_rate": f"{HERE}:make_schedule"}, marks=pytest.mark.slow),
        ("binary", {"optimizer": {"use": ADAM, "use_ema": True, "ema_overwrite_frequency": 2}}),
        pytest.param(
            "binary",
            {"optimizer": {"use": ADAM, "learning_rate": {"use": f"{HERE}:Slowing", "start": 0.1}}, "precision": "mixed_float16"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_curves_with_objects_by_reference_equal_those_of_fit(tmp_path, fit, task, training):
    assert trained(tmp_path, fit, training, task).trainer == "compiled"


def test_a_users_loss_metric_and_schedule_train_as_in_a_plain_fit_of_keras(tmp_path, fit):
    metrics = [SPECIFICITY, {"use": "keras.metrics:FBetaScore", "average": "micro", "beta": 2.0, "threshold": 0.5}]
    training = {"loss": f"{HERE}:focal", "learning_rate": COSINE, "shuffle": False, "batch_size": 16}
    result = trained(tmp_path, fit, training, metric="val_specificity", metrics=metrics)
    arrays = make_arrays()
    keras.utils.set_random_seed(7)
    model = dense((5,), "binary", 1)
    rate = keras.optimizers.schedules.CosineDecay(0.05, 10)
    f_beta = keras.metrics.FBetaScore(average="micro", beta=2.0, threshold=0.5, name="f_beta_score")
    model.compile(keras.optimizers.Adam(rate), own_objects.focal, metrics=["accuracy", own_objects.specificity, f_beta])
    data = {"validation_data": (arrays.x_validation, arrays.y_validation), "validation_batch_size": 32}
    history = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)
    assert [epoch["learning_rate"] for epoch in result.history] == pytest.approx([float(rate(step)) for step in (0, 4, 8)])


def test_outputs_have_losses_of_their_own_by_reference(tmp_path, fit):
    focal = {"use": "keras.losses:BinaryFocalCrossentropy", "gamma": 1.0}
    outputs = {"left": {"loss": {"use": "keras.losses:Huber", "delta": 0.3}, "weight": 0.5}, "right": {"loss": focal, "metrics": [SPECIFICITY]}}
    arrays, builder = with_two_inputs(with_two_outputs(make_arrays("regression"))), "two_inputs_and_outputs"
    content = make_experiment(builder, outputs=outputs, space={"training": {"epochs": 3, "shuffle": False, "batch_size": 16}})
    check_builder(content, arrays)
    assignment = make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({}))
    result = train_trial(content, assignment, arrays)
    keras.utils.set_random_seed(7)
    model = two_inputs_and_outputs({"left": (2,), "right": (3,)}, arrays.task, arrays.n_outputs)
    losses = {"left": keras.losses.Huber(delta=0.3), "right": keras.losses.BinaryFocalCrossentropy(gamma=1.0)}
    metrics = {"left": ["mean_absolute_error"], "right": [own_objects.specificity]}
    model.compile(keras.optimizers.Adam(1e-3), losses, metrics=metrics, loss_weights={"left": 0.5, "right": 1.0})
    data = {"validation_data": (arrays.x_validation, arrays.y_validation), "validation_batch_size": 32}
    history = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history
    assert {"val_right_specificity", "val_left_loss", "val_loss"} <= history.keys()
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("trainer", ["keras", "compiled"])
def test_a_saved_model_has_no_secrets_of_its_loss_and_optimizer(train, monkeypatch, trainer, keeps):
    monkeypatch.setenv("OWN_SECRET", "value-of-the-token")
    signed = {of: {"use": f"{HERE}:{name}", "token": "env:OWN_SECRET"} for of, name in {"loss": "Signed", "optimizer": "SignedSGD"}.items()}
    result = train(experiment={"trainer": trainer, "champion": {"optimizer_state": keeps}}, epochs=2, **signed)
    assert result.reason == ""
    with zipfile.ZipFile(result.model_path) as archive:
        files = b"".join(archive.read(name) for name in archive.namelist())
    assert b"value-of-the-token" not in files
    saved = keras.saving.load_model(result.model_path)
    assert (saved.compiled, saved.optimizer.token if keeps else None) == (keeps, "***" if keeps else None)
    assert not keeps or int(saved.optimizer.iterations) == 2 * 2


def test_one_program_serves_no_trials_of_other_arguments(train):
    """Two trials whose optimizers differ in an argument only."""
    losses = [train(optimizer={"use": "keras.optimizers:SGD", "momentum": momentum}).history[-1]["loss"] for momentum in (0.5, 0.9)]
    assert losses[0] != losses[1]


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (
            {"loss": f"{HERE}:one_argument"},
            "is a function (y): too many positional arguments; expected a keras.losses.Loss, or a function of (y_true",
        ),
        ({"loss": f"{HERE}:three_numbers"}, "returns the shape (3,) of y_true (16, 1) and y_pred (16, 1); expected (16,), a number for each row"),
        ({"loss": f"{HERE}:nothing"}, "fails with y_true (16, 1) and y_pred (16, 1): "),
        ({"loss": f"{HERE}:misspelt"}, "module 'keras.ops' has no attribute 'meen'"),
        ({"loss": f"{HERE}:of_batch", "class_weight": "balanced"}, "is one number of a batch, in which"),
        ({"loss": f"{HERE}:fokal"}, 'has no "fokal"; did you mean "focal"?'),
        ({"loss": {"use": "keras.losses:Huber", "dleta": 1.0}}, 'Huber() has no argument "dleta"; did you mean "delta"?'),
        ({"loss": "keras.metrics:AUC"}, "is AUC; expected a keras.losses.Loss"),
        ({"optimizer": f"{HERE}:SHARED"}, "is an object, which trials would share; name its class"),
        ({"optimizer": {"use": ADAM, "learning_rate": 0.1}}, "learning_rate of keras.optimizers:Adam is a setting"),
        (
            {"optimizer": {"use": ADAM, "weight_decay": 0.1}, "weight_decay": 0.2},
            "weight_decay is an argument of keras.optimizers:Adam and a setting",
        ),
        ({"learning_rate": f"{HERE}:make_scheduled_sgd"}, "is SGD; expected a keras.optimizers.schedules.LearningRateSchedule"),
        ({"optimizer": {"use": f"{HERE}:make_sgd_of_its_own_rate", "momentum": 0.4}}, "has no argument learning_rate; add it"),
        ({"optimizer": f"{HERE}:make_sgd_of_a_tenth"}, "has the learning rate 0.0001 although it is given 0.001; let it use its argument"),
        ({"optimizer": f"{HERE}:make_sgd_of_its_own_rate", "learning_rate": COSINE}, "has no argument learning_rate; add it"),
        (
            {"optimizer": f"{HERE}:make_scheduled_sgd", "learning_rate": 0.5},
            "optimizer has its own schedule of the learning rate, which learning_rate would disturb",
        ),
        ({"optimizer": f"{HERE}:make_scheduled_sgd", "schedule": "cosine"}, "which schedule would disturb; leave one of them out"),
        ({"optimizer": ADAM, "momentum": 0.9}, "space.training.momentum is given to the optimizer keras.optimizers:Adam, which has no such argument"),
        ({"optimizer": {"use": ADAM, "use_ema": True}}, "with use_ema alone, Keras takes the averaged weights after the last epoch"),
    ],
)
def test_what_is_wrong_with_an_object_is_said_before_the_first_trial(training, message):
    with pytest.raises(InputError) as caught:
        check_builder(make_experiment(space={"training": training}), make_arrays())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("metrics", "task", "message"),
    [
        ([f"{HERE}:three_numbers"], "binary", "returns the shape (3,)"),
        ([{"use": SPECIFICITY, "name": "accuracy"}], "binary", 'is named "accuracy", as another'),
        ([SPECIFICITY], "multiclass", 'write targets = "numbers" or targets = "one_hot"'),
    ],
)
def test_what_is_wrong_with_a_metric_is_said_before_the_first_trial(metrics, task, message):
    with pytest.raises(ExperimentError) as caught:
        check_builder(make_experiment(metrics=metrics), make_arrays(task))
    assert message in str(caught.value)


def test_a_metric_of_several_numbers_is_refused():
    experiment = make_experiment(metrics=["keras.metrics:F1Score"], space={"training": {"targets": "one_hot"}})
    with pytest.raises(ExperimentError, match="numbers; expected one: let it average them"):
        check_builder(experiment, make_arrays("multiclass"))


def test_a_missing_module_is_named_before_a_missing_direction():
    with pytest.raises(InputError, match='there is no module "nowhere"'):
        check_builder(make_experiment(metrics=["nowhere:specificity"], limits={"val_specificity": 0.5}), make_arrays())


def test_a_loss_is_given_tensors_and_its_failure_with_many_rows_costs_only_its_interval(caplog):
    output, target = np.full((30, 1), 0.25, "float32"), np.zeros((30, 1), "int64")
    head = make_heads(make_experiment(), "binary", {})[""]
    losses = {name: TrainingSettings(loss={"use": f"{HERE}:{name}"}) for name in ("without_arrays", "of_few_rows")}
    np.testing.assert_allclose(row_losses(output, target, losses["without_arrays"], head), np.full(30, 0.0625))
    assert row_losses(output, target, losses["of_few_rows"], head) is None
    assert "the loss has no interval: the loss fails with y_true (30, 1) and y_pred (30, 1): RuntimeError: it called sys.exit" in caplog.text


@pytest.mark.parametrize("section", [{"limits": {"val_specificity": 0.5}}, {"champion": {"by": "val_specificity"}}])
def test_a_limit_on_a_metric_of_unknown_direction_is_refused(section):
    with pytest.raises(ExperimentError, match=r"whether val_specificity is to be maximized cannot be told; write an \[\[objective\]\]"):
        check_builder(make_experiment(metrics=[SPECIFICITY], **section), make_arrays())
