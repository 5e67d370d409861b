"""What a builder of Keras Tuner asks for becomes a search space, and what it is asked with becomes its model."""

import keras
import pytest

from search.errors import ExperimentError, TrialError
from search.experiment.settings import TrainingSettings
from search.experiment.space import Space
from search.training.batching import epoch_order
from search.training.context import TrainingContext
from search.training.hp_discovery import Written, discover
from search.training.hp_fits import TriedFit
from search.training.model.compiled_metrics import compiled_metrics
from search.training.model.compiled_settings import compiled_settings
from search.training.model.given_objects import GivenObject
from search.training.model.hyperparameters import build_with, new_hyperparameters, takes_hp, to_function
from search.training.model.seeding import set_seeds
from tests.search.training import hypermodels
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.own_objects import specificity

ARRAYS = make_arrays()


def discovered(builder, fixed=None, *, fit=None, entries=None, space=None, has_defaults=False, **arguments):
    written = Written(fixed or {}, entries or {}, space or Space().searched, has_defaults)
    return discover(to_function(builder), written, arguments, "own:build", fit)


def test_a_loop_over_layers_becomes_conditions_on_their_number():
    found = discovered(hypermodels.build_loop)
    assert found.entries == {
        "n_layers": {"type": "int", "low": 1, "high": 3},
        "units_0": {"type": "int", "low": 8, "high": 32, "step": 8},
        "units_1": {"type": "int", "low": 8, "high": 32, "step": 8, "when": {"n_layers": [2, 3]}},
        "units_2": {"type": "int", "low": 8, "high": 32, "step": 8, "when": {"n_layers": [3]}},
        "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
        "dropout": {"type": "categorical", "choices": [False, True]},
        "rate": {"type": "float", "low": 0.1, "high": 0.5, "step": 0.1, "when": {"dropout": [True]}},
        "learning_rate": {"type": "float", "low": 1e-4, "high": 1e-1, "log": True},
    }
    assert (found.is_compiled, found.loss, found.metrics) == (True, "binary_crossentropy", ["accuracy", "auc"])
    assert len(Space(model=found.entries).searched) == 8


def test_conditional_scopes_and_name_scopes_become_conditions():
    found = discovered(hypermodels.build_scopes)
    assert found.entries["units"] == {"type": "int", "low": 2, "high": 16, "log": True, "when": {"kind": ["narrow"]}}
    assert found.entries["wide/units"] == {"type": "int", "low": 32, "high": 64, "when": {"kind": ["wide"]}}
    assert found.entries["depth"] == 1
    assert (found.loss, found.metrics) == ("binary_crossentropy", ["accuracy"])


def test_a_hyperparameter_can_be_fixed():
    found = discovered(hypermodels.build_loop, {"n_layers": 1}).entries
    assert found["n_layers"] == 1
    assert "units_0" in found
    assert "units_1" not in found
    with pytest.raises(ExperimentError, match='own:build: it asks for no "layers"; it asks for n_layers, units_0'):
        discovered(hypermodels.build_loop, {"layers": 1})


@pytest.mark.parametrize("builder", [hypermodels.Hyper, hypermodels.hyper])
def test_a_hypermodel_is_a_builder_and_gets_what_its_signature_names(builder):
    assert takes_hp(builder)
    found = discovered(builder, input_shape=(5,))
    assert found.entries == {"units": {"type": "int", "low": 2, "high": 8}}
    assert (found.is_compiled, found.loss, found.metrics) == (False, "", [])
    assert build_with(to_function(builder), {"units": 7}, {"input_shape": (5,)}).layers[0].units == 7


def test_a_builder_with_a_parameter_trial_asks_as_optuna_does():
    found = discovered(hypermodels.build_suggesting, n_outputs=1)
    assert found.entries == {
        "n_layers": {"type": "int", "low": 1, "high": 2},
        "units_0": {"type": "int", "low": 4, "high": 64, "log": True},
        "units_1": {"type": "int", "low": 4, "high": 64, "log": True, "when": {"n_layers": [2]}},
        "penalty": {"type": "categorical", "choices": ["None", "0.1"]},
        "factor": {"type": "float", "low": 0.5, "high": 1.0, "step": 0.25, "when": {"penalty": ["0.1"]}},
        "noisy": {"type": "categorical", "choices": [False, True]},
        "activation": {"type": "categorical", "choices": ["sigmoid"]},
        "rate": {"type": "float", "low": 1e-3, "high": 1e-1, "log": True},
    }
    values = {"n_layers": 1, "units_0": 9, "penalty": "0.1", "factor": 0.5, "noisy": False, "activation": "sigmoid", "rate": 0.02}
    model = build_with(to_function(hypermodels.build_suggesting), values, {"n_outputs": 1})
    assert (model.layers[0].units, model.layers[1].l2) == (9, pytest.approx(0.05))
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)
    with pytest.raises(ExperimentError, match=r"asks for trial\.report, which belongs to an objective that trains the model itself; this builder"):
        discovered(hypermodels.build_reporting)


def test_what_a_fit_asks_for_is_found_and_what_it_passes_on_itself():
    experiment = make_experiment(model="tests.search.training.hypermodels:FittingItself")
    found = discovered(hypermodels.FittingItself, fit=TriedFit(TrainingContext(experiment, ARRAYS)))
    assert list(found.entries) == ["units", "rate", "batch_size", "epochs"]
    assert (found.own_fit, found.loss, found.metrics) == (["shuffle"], "binary_crossentropy", [])
    failing = make_experiment(model="tests.search.training.hypermodels:Raising")
    with pytest.raises(ExperimentError, match="no model can be built: ValueError: on purpose"):
        discovered(hypermodels.Raising, fit=TriedFit(TrainingContext(failing, ARRAYS)))


def test_the_written_ranges_count_and_others_have_their_defaults_or_are_searched():
    units = {"n_layers": {"type": "int", "low": 1, "high": 2}}
    space = Space(model=units | {"dropout": False})
    for has_defaults in (True, False):
        found = discovered(hypermodels.build_loop, {"dropout": False}, entries=units, space=space.searched, has_defaults=has_defaults).entries
        assert found["n_layers"] == units["n_layers"]
        assert "units_2" not in found
        assert "rate" not in found
        assert found["activation"] == ("relu" if has_defaults else {"type": "categorical", "choices": ["relu", "tanh"]})
    assert found["units_1"]["when"] == {"n_layers": [2]}


def test_a_hyperparameter_that_a_trial_lacks_is_named():
    with pytest.raises(TrialError, match='asks for "units_0", which this trial does not have'):
        build_with(hypermodels.build_loop, {"n_layers": 1, "activation": "relu", "dropout": False, "learning_rate": 0.1}, {})


def test_builders_that_cannot_be_searched_are_refused():
    def failing(hp):
        raise ValueError("on purpose")

    def reversed_log(hp):
        return keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(hp.Int("units", 2, 8, sampling="reverse_log"))])

    def of_two_losses(hp):
        model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
        model.compile("adam", hp.Choice("loss", ["mse", "mae"]))
        return model

    messages = {
        failing: "own:build: no model can be built: ValueError: on purpose",
        reversed_log: '"units" has sampling = "reverse_log", which is not supported',
        of_two_losses: r"compiled with different losses \(mean_absolute_error, mean_squared_error\); use one",
    }
    for builder, message in messages.items():
        with pytest.raises(ExperimentError, match=message):
            discovered(builder)


COMPILED = {
    "adam": lambda: keras.optimizers.Adam(0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-3),
    "momentum, decay": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adamw, clipnorm": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1, clipnorm=0.5),
}


@pytest.mark.parametrize("trainer", ["compiled", *(pytest.param(name, marks=pytest.mark.slow) for name in ("keras", "auto"))])
@pytest.mark.parametrize("optimizer", [name if name == "momentum, decay" else pytest.param(name, marks=pytest.mark.slow) for name in COMPILED])
def test_a_compiled_model_is_trained_as_its_own_compile_and_fit_train_it(monkeypatch, tmp_path, optimizer, trainer):
    def build(hp):
        layers = [keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8), activation="tanh"), keras.layers.Dense(1, activation="sigmoid")]
        model = keras.Sequential(layers)
        model.compile(COMPILED[optimizer](), keras.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["accuracy"])
        return model

    monkeypatch.setattr(hypermodels, "build_own", build, raising=False)
    space = {"model": {"units": {"type": "int", "low": 2, "high": 8}}, "training": {"loss": "binary_crossentropy"}, "compiled": True}
    experiment = make_experiment("dense", trainer=trainer, space=space, model="tests.search.training.hypermodels:build_own")
    assignment = make_assignment(tmp_path / "3", model_arguments={"units": 6}, training={"batch_size": 16, "epochs": 4})
    result = train_trial(experiment, assignment, ARRAYS)

    set_seeds(assignment.seed)
    model = build(new_hyperparameters({"units": 6}))
    for epoch, metrics in enumerate(result.history, start=1):
        order = epoch_order(assignment.seed, epoch, len(ARRAYS.y_train))
        fitted = model.fit(ARRAYS.x_train[order], ARRAYS.y_train[order], batch_size=16, shuffle=False, verbose=0)
        expected = model.evaluate(ARRAYS.x_validation, ARRAYS.y_validation, verbose=0, return_dict=True)
        assert metrics["loss"] == pytest.approx(fitted.history["loss"][0], abs=1e-4)
        assert metrics["val_accuracy"] == pytest.approx(expected["accuracy"], abs=1e-4)
        assert metrics["val_loss"] == pytest.approx(expected["loss"], abs=1e-4)
    assert len(result.history) == 4


def focal(gamma):
    def loss(y_true, y_pred):
        chosen = keras.ops.clip(y_true * y_pred + (1 - y_true) * (1 - y_pred), 1e-7, 1 - 1e-7)
        return keras.ops.mean(-((1 - chosen) ** gamma) * keras.ops.log(chosen), axis=-1)

    return loss


def own_objects(hp):
    """Compile with a loss made by a function, a schedule, and metrics that have no names here."""
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8)), keras.layers.Dense(1, activation="sigmoid")])
    rate = keras.optimizers.schedules.CosineDecay(0.1, 12)
    metrics = [keras.metrics.BinaryAccuracy(), specificity, keras.metrics.Precision(thresholds=0.7, name="precision_70"), "hinge"]
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), focal(hp.Float("gamma", 1.0, 3.0)), metrics=metrics)
    return model


def objects_of_keras(hp):
    """Compile with arguments that [space.training] does not have."""
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8)), keras.layers.Dense(3, activation="softmax")])
    optimizer = keras.optimizers.Adam(hp.Float("rate", 0.01, 0.1), amsgrad=True, clipvalue=0.5)
    model.compile(optimizer, keras.losses.CategoricalFocalCrossentropy(gamma=3.0), metrics=[keras.metrics.CategoricalAccuracy()])
    return model


def objects_of_logits(hp):
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8)), keras.layers.Dense(1)])
    loss = keras.losses.BinaryFocalCrossentropy(gamma=1.0, from_logits=True)
    model.compile(keras.optimizers.SGD(0.1, clipvalue=0.1), loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
    return model


def reduced_by_sum(hp):
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8)), keras.layers.Dense(1)])
    model.compile("sgd", keras.losses.Huber(delta=0.5, reduction="sum"), metrics=["mae"])
    return model


OWN = {own_objects: {"gamma": 2.0}, objects_of_keras: {"rate": 0.05}, objects_of_logits: {}, reduced_by_sum: {}}
TASKS = {objects_of_keras: "multiclass", reduced_by_sum: "regression"}
QUICK = (objects_of_keras, objects_of_logits)


@pytest.mark.parametrize("builder", [of if of in QUICK else pytest.param(of, marks=pytest.mark.slow) for of in OWN])
def test_objects_of_compile_are_used_as_they_are(monkeypatch, tmp_path, builder):
    monkeypatch.setattr(hypermodels, "build_own", builder, raising=False)
    found, params, arrays = discovered(builder), {"units": 6} | OWN[builder], make_arrays(TASKS.get(builder, "binary"))
    assert found.loss == {"use": "compile:loss"}
    space = {"model": found.entries, "training": {"loss": found.loss, "epochs": 3, "shuffle": False, "batch_size": 16}, "compiled": True}
    space |= {"logits": True} if builder is objects_of_logits else {}
    content = make_experiment("tests.search.training.hypermodels:build_own", space=space, metrics=found.metrics)
    check_builder(content, arrays)
    settings = content.space.training_settings(params)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3", model_arguments=params, training=settings), arrays)
    assert (result.reason, result.trainer) == ("", "compiled")

    keras.utils.set_random_seed(7)
    model = builder(new_hyperparameters(params))
    one_hot = (lambda y: keras.utils.to_categorical(y, 3)) if builder is objects_of_keras else lambda y: y
    data = {"validation_data": (arrays.x_validation, one_hot(arrays.y_validation)), "validation_batch_size": 32}
    history = model.fit(arrays.x_train, one_hot(arrays.y_train), batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history
    for name, values in history.items():
        ours = name.replace("binary_accuracy", "accuracy").replace("categorical_accuracy", "accuracy").replace("mae", "mean_absolute_error")
        assert [epoch[ours if ours in epoch else name] for epoch in result.history] == pytest.approx(values, abs=1e-4), name


def test_trials_share_a_program_only_if_their_objects_compute_the_same():
    made = [GivenObject.of(keras.losses.Huber(delta=delta)) for delta in (2.0, 2.0, 3.0)]
    assert made[0] == made[1] != made[2]
    assert GivenObject.of(focal(1.0)) != GivenObject.of(focal(1.0))
    schedules = [GivenObject.of(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, steps))) for steps in (9, 9, 8)]
    assert schedules[0] == schedules[1] != schedules[2]
    assert GivenObject.of(keras.optimizers.Adam(0.1, amsgrad=True)) == GivenObject.of(keras.optimizers.Adam(0.2, amsgrad=True))
    assert GivenObject.of(keras.metrics.MeanMetricWrapper(specificity)) != GivenObject.of(keras.metrics.MeanMetricWrapper(focal(1.0)))


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ({"loss_weights": [2.0]}, {}, "is compiled with loss_weights, which"),
        ({"loss": None}, {}, "is compiled with 0 losses"),
        ({"weighted_metrics": ["accuracy"]}, {}, "with weighted_metrics, but metrics count every row alike here"),
        ({"run_eagerly": True}, {}, "with run_eagerly=True; leave it out, and write executor.trainer ="),
        (
            {"optimizer": keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 9))},
            {"schedule": "cosine"},
            r"a schedule of the learning rate, and \[space.training\] has another; leave schedule out",
        ),
        ({"metrics": [keras.metrics.Precision(thresholds=0.7)]}, {}, 'a metric that is named "precision", which another metric has; give it another'),
        ({"metrics": [lambda y, p: y]}, {}, 'a metric that is named "<lambda>", which is not of letters'),
    ],
)
def test_what_cannot_be_used_is_refused_and_never_dropped(arguments, settings, message):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy"} | arguments)
    with pytest.raises(TrialError, match=message):
        _ = compiled_settings(model, TrainingSettings(**settings)), compiled_metrics(model)


def test_a_loss_of_the_wrong_task_in_compile_is_refused(monkeypatch):
    monkeypatch.setattr(hypermodels, "build_own", objects_of_keras, raising=False)
    space = {"model": {"units": 2, "rate": 0.1}, "training": {"targets": "numbers"}, "compiled": True}
    with pytest.raises(ExperimentError, match="but the loss categorical_focal_crossentropy needs"):
        check_builder(make_experiment("tests.search.training.hypermodels:build_own", space=space), make_arrays("multiclass"))


@pytest.mark.parametrize(
    ("loss", "name"),
    [("mse", "mean_squared_error"), (keras.losses.Huber(), "huber"), (keras.losses.MeanSquaredError(name="own"), "mean_squared_error")],
)
def test_a_loss_is_known_however_it_is_given(loss, name):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss=loss)
    assert compiled_settings(model, TrainingSettings()).loss == name


def test_the_metrics_of_compile_have_our_names():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    pr_auc, precision = keras.metrics.AUC(curve="PR"), keras.metrics.Precision(name="p")
    model.compile("adam", "binary_crossentropy", metrics=["acc", "mse", pr_auc, precision, keras.metrics.BinaryAccuracy()])
    assert compiled_metrics(model) == ["accuracy", "mse", "pr_auc", "precision"]
