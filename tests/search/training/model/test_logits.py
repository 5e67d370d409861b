"""Models whose last layers give logits: curves of `fit` with from_logits=True, and predictions that are probabilities."""

import keras
import numpy as np
import pytest

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
ACCURACIES = {"binary": keras.metrics.BinaryAccuracy("accuracy", threshold=0.0), "multiclass": "accuracy"}


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


class Stepped(Own):
    def train_step(self, data):
        return super().train_step(data)


def subclassed(n_outputs):
    return Subclassed(n_outputs)


def stepped(n_outputs):
    return Stepped(n_outputs)


def asking(hp, input_shape, n_outputs):
    model = ending_in(input_shape, n_outputs)
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1)), keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def experiment(builder="ending_in", training=(), **space):
    return make_experiment(builder, space={**LOGITS, "training": {**FIXED, **dict(training)}, **space})


@pytest.mark.parametrize("task", LOSSES)
def test_curves_equal_those_of_fit_from_logits(tmp_path, task):
    arrays, content = make_arrays(task), experiment()
    check_builder(content, arrays)
    result = train_trial(content, make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({})), arrays)
    keras.utils.set_random_seed(7)
    model = ending_in((5,), arrays.n_outputs)
    model.compile(keras.optimizers.SGD(0.1), LOSSES[task], metrics=[ACCURACIES[task]])
    data = {"validation_data": (arrays.x_validation, arrays.y_validation), "validation_batch_size": 32}
    history = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, verbose=0, **data).history
    for name, values in history.items():
        np.testing.assert_allclose([epoch[name] for epoch in result.history], values, rtol=1e-4, err_msg=name)
    (outputs,) = saved_outputs(result).values()
    assert (outputs > 0).all()
    if task == "multiclass":
        np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


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


def test_a_subclass_of_model_ends_in_probabilities_too():
    check_builder(experiment(f"{HERE}:subclassed"), make_arrays("multiclass"))


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
        (f"{HERE}:stepped", "binary", {}, "Stepped has a train_step of its own"),
    ],
)
def test_logits_that_cannot_be_are_refused(builder, task, training, message):
    with pytest.raises(ExperimentError) as caught:
        check_builder(experiment(builder, training), make_arrays(task))
    assert message in str(caught.value)
