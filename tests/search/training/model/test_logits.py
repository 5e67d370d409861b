"""Models whose last layers give logits: curves of `fit` with from_logits=True on either backend, and predictions that are probabilities."""

import keras
import numpy as np
import pytest
import sklearn.metrics

from search.errors import ExperimentError
from tests.search.training.builders import ending_in
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.data_shapes import with_two_outputs
from tests.search.training.references import saved_outputs

HERE = "tests.search.training.model.test_logits"
LOGITS = {"logits": True}
FIXED = {"epochs": 3, "shuffle": False, "batch_size": 16, "optimizer": "sgd", "learning_rate": 0.1}
LOSSES = {
    "binary": keras.losses.BinaryCrossentropy(from_logits=True),
    "multiclass": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
}


class Own(keras.Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.last = keras.layers.Dense(n_outputs)

    def call(self, x):
        return self.last(x)


@keras.saving.register_keras_serializable("logits_of_classes")
class Subclassed(Own):
    def get_config(self):
        return {"n_outputs": self.last.units}


@keras.saving.register_keras_serializable("logits_of_classes")
class Stepped(Subclassed):
    def train_step(self, *given):
        return super().train_step(*given)


@keras.saving.register_keras_serializable("logits_of_classes")
class Based(Subclassed):
    def __init__(self, n_outputs):
        super().__init__(n_outputs)
        self.base = keras.layers.Dense(4, activation="tanh", name="base")

    def call(self, x):
        return self.last(self.base(x))


def subclassed(n_outputs):
    return Subclassed(n_outputs)


def stepped(n_outputs):
    return Stepped(n_outputs)


def based(n_outputs):
    return Based(n_outputs)


def large(input_shape, n_outputs):
    """Build a model whose probabilities are 0 or 1 in 32 bits, for most rows, and wrong for half of them."""
    weights = keras.initializers.RandomNormal(stddev=60.0, seed=3)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_outputs, kernel_initializer=weights)])


def asking(hp, input_shape, n_outputs):
    model = ending_in(input_shape, n_outputs)
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1)), keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def experiment(builder="ending_in", training=(), metrics=()):
    return make_experiment(builder, space={**LOGITS, "training": {**FIXED, **dict(training)}}, metrics=list(metrics))


def curves_of_fit(model, loss, arrays, y=lambda y: y):
    accuracy = keras.metrics.BinaryAccuracy("accuracy", threshold=0.0) if arrays.task == "binary" else "accuracy"
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=[accuracy])
    data = {"validation_data": (arrays.x_validation, y(arrays.y_validation)), "validation_batch_size": 32}
    return model.fit(arrays.x_train, y(arrays.y_train), batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history


@pytest.mark.parametrize("task", LOSSES)
def test_curves_equal_those_of_fit_from_logits(tmp_path, task):
    arrays, content = make_arrays(task), experiment()
    check_builder(content, arrays)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({})), arrays)
    keras.utils.set_random_seed(7)
    history = curves_of_fit(ending_in((5,), arrays.n_outputs), LOSSES[task], arrays)
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)
    (outputs,) = saved_outputs(result).values()
    assert (outputs > 0).all()
    if task == "multiclass":
        np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("task", "precision"),
    [
        *(("binary", "float32"), ("multiclass", "mixed_float16")),
        *(pytest.param(*pair, marks=pytest.mark.slow) for pair in (("binary", "mixed_float16"), ("multiclass", "float32"))),
    ],
)
def test_losses_of_saturated_probabilities_are_those_of_their_logits(tmp_path, task, precision):
    arrays, content = make_arrays(task), experiment(f"{HERE}:large", {"precision": precision})
    check_builder(content, arrays)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({})), arrays)
    keras.utils.set_random_seed(7)
    keras.config.set_dtype_policy(precision)
    try:
        model = large((5,), arrays.n_outputs)
    finally:
        keras.config.set_dtype_policy("float32")
    history = curves_of_fit(model, LOSSES[task], arrays)
    assert history["loss"][0] > 16.2  # the largest loss of a probability, which Keras takes for 1e-7 at least
    for name, values in history.items():
        rtol = 1e-4 if precision == "float32" else 1e-2
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=rtol, err_msg=name)
    (outputs,) = saved_outputs(result).values()
    assert outputs.dtype == "float32"
    truth = arrays.y_validation[:, 0] if task == "binary" else outputs.argmax(axis=1)
    predicted = outputs[:, 0] > 0.5 if task == "binary" else arrays.y_validation[:, 0]
    assert result.history[-1]["val_accuracy"] == pytest.approx((truth == predicted).mean())


FOCAL = {"use": "keras.losses:BinaryFocalCrossentropy", "gamma": 1.0}


@pytest.mark.parametrize(
    ("task", "loss", "of_keras"),
    [
        ("binary", FOCAL | {"from_logits": True}, keras.losses.BinaryFocalCrossentropy(gamma=1.0, from_logits=True)),
        ("multiclass", "kl_divergence", lambda y, logits: keras.losses.kl_divergence(y, keras.ops.softmax(logits))),
        ("multiclass", "categorical_focal_crossentropy", keras.losses.CategoricalFocalCrossentropy(from_logits=True)),
    ],
)
def test_any_loss_of_probabilities_gets_logits_once(tmp_path, task, loss, of_keras):
    arrays, content = make_arrays(task), experiment(training={"loss": loss})
    check_builder(content, arrays)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({})), arrays)
    keras.utils.set_random_seed(7)
    one_hot = (lambda y: keras.utils.to_categorical(y, 3)) if task == "multiclass" else lambda y: y
    history = curves_of_fit(ending_in((5,), arrays.n_outputs), of_keras, arrays, one_hot)
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)


def test_metrics_get_probabilities(tmp_path):
    own = {"use": "keras.metrics:FBetaScore", "average": "micro", "beta": 2.0, "threshold": 0.3}
    names = ["auc", "precision", "f1_score", "binary_crossentropy", own]
    arrays, content = make_arrays(), experiment(metrics=names)
    assignment = make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({}))
    result = train_trial(content, assignment, arrays)
    epoch, outputs, truth = result.history[-1], saved_outputs(result)["outputs"], arrays.y_validation
    assert epoch["val_precision"] == pytest.approx(sklearn.metrics.precision_score(truth, outputs > 0.5))
    assert epoch["val_f1_score"] == pytest.approx(sklearn.metrics.f1_score(truth, outputs > 0.5))
    assert epoch["val_f_beta_score"] == pytest.approx(sklearn.metrics.fbeta_score(truth, outputs > 0.3, beta=2.0))
    assert epoch["val_binary_crossentropy"] == pytest.approx(sklearn.metrics.log_loss(truth, outputs), rel=1e-4)
    assert epoch["val_auc"] == pytest.approx(sklearn.metrics.roc_auc_score(truth, outputs), abs=0.01)


def test_layers_of_a_subclass_of_model_are_frozen_and_unfrozen(tmp_path):
    arrays, initial = make_arrays(), {"freeze": ["base"]}
    content = make_experiment(f"{HERE}:based", space={**LOGITS, "training": FIXED | {"unfreeze_epochs": 1}}, initial=initial)
    check_builder(content, arrays)
    path = tmp_path / "models" / "3.keras"
    epochs = train_trial(content, make_assignment(path, training=content.space.training_settings({})), arrays).history
    keras.utils.set_random_seed(7)
    model = Based(1)
    model(arrays.x_train[:1])
    losses = []
    for trains_base, n_epochs in ((False, 1), (True, 2)):
        model.base.trainable = trains_base
        model.compile(keras.optimizers.SGD(0.1), LOSSES["binary"])
        losses += model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=n_epochs, shuffle=False, verbose=0).history["loss"]
    assert [epoch["loss"] for epoch in epochs] == pytest.approx(losses, rel=1e-4)


def two_outputs(input_shape):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, {name: keras.layers.Dense(1, name=name)(inputs) for name in ("left", "right")})


def test_of_several_outputs_those_of_classes_end_in_probabilities(tmp_path):
    arrays, content = with_two_outputs(make_arrays("regression")), experiment(f"{HERE}:two_outputs")
    check_builder(content, arrays)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({})), arrays)
    keras.utils.set_random_seed(7)
    model, accuracy = two_outputs((5,)), keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)
    model.compile(keras.optimizers.SGD(0.1), {"left": "mean_squared_error", "right": LOSSES["binary"]}, metrics={"right": [accuracy]})
    data = {"validation_data": (arrays.x_validation, arrays.y_validation), "validation_batch_size": 32}
    history = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)
    outputs = saved_outputs(result)
    assert ((outputs["outputs.right"] > 0) & (outputs["outputs.right"] < 1)).all()
    assert outputs["outputs.left"].min() < 0
    saved = keras.saving.load_model(result.model_path)
    assert [tuple(weight.path.split("/")) for weight in saved.weights] == [tuple(weight.path.split("/")) for weight in model.weights]
    assert not saved.compiled
    saved.compile(loss={"left": "mean_squared_error", "right": "binary_crossentropy"})
    rows = {"x": arrays.x_validation, "y": arrays.y_validation}
    assert saved.evaluate(**rows, verbose=0, return_dict=True)["loss"] == pytest.approx(result.history[-1]["val_loss"], rel=1e-3)


@pytest.mark.parametrize("builder", ["subclassed", "stepped"])
def test_a_subclass_of_model_ends_in_probabilities_too(builder):
    check_builder(experiment(f"{HERE}:{builder}"), make_arrays("multiclass"))


def test_a_builder_that_compiles_with_a_loss_of_logits_has_to_say_so():
    given = {"model": {"rate": 0.05}, "training": {"epochs": 1}, "compiled": True}
    check_builder(make_experiment(f"{HERE}:asking", space={**LOGITS, **given}), make_arrays())
    with pytest.raises(ExperimentError, match=r"is compiled with a loss of logits: write logits = true in \[space\]"):
        check_builder(make_experiment(f"{HERE}:asking", space=given), make_arrays())


@pytest.mark.parametrize(
    ("builder", "task", "training", "message"),
    [
        ("dense", "binary", {}, "but the last layer is a sigmoid already"),
        ("ending_in", "binary", {"loss": "hinge"}, "is for losses of probabilities, which hinge is not"),
        ("ending_in", "regression", {}, "the target is a regression's, which has no classes"),
    ],
)
def test_logits_that_cannot_be_are_refused(builder, task, training, message):
    with pytest.raises(ExperimentError) as caught:
        check_builder(experiment(builder, training), make_arrays(task))
    assert message in str(caught.value)


def test_a_loss_of_logits_by_reference_needs_logits():
    content = make_experiment(space={"training": {**FIXED, "loss": FOCAL | {"from_logits": True}}})
    with pytest.raises(ExperimentError, match=r"has from_logits = true: leave it out, or write logits = true in \[space\]"):
        check_builder(content, make_arrays())
