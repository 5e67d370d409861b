"""A model is built, saved, loaded and checked before the first trial."""

import time

import keras
import pytest

from search.errors import ExperimentError
from tests.search.training.conftest import check_builder, make_arrays, make_experiment


class Unregistered(keras.layers.Layer):
    """A layer that is not registered, so that Keras cannot load it."""

    def call(self, inputs):
        return inputs


@keras.saving.register_keras_serializable("tests")
class Forgetful(keras.layers.Layer):
    """A layer that does not save what it computes with."""

    def __init__(self, **options):
        super().__init__(**options)
        self.offset = time.perf_counter_ns() % 997 + 1.0

    def call(self, inputs):
        self.offset += 1
        return inputs + self.offset


def _network(input_shape, *layers):
    return keras.Sequential([keras.Input(input_shape), *layers])


def nothing():
    return None


def unregistered(input_shape):
    return _network(input_shape, Unregistered(), keras.layers.Dense(1))


def with_lambda(input_shape):
    return _network(input_shape, keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(1))


def forgetful(input_shape):
    return _network(input_shape, keras.layers.Dense(1), Forgetful())


def of_units(input_shape, n_units=1):
    return _network(input_shape, keras.layers.Dense(n_units, activation="sigmoid"))


def of_sequences(input_shape):
    return _network(input_shape, keras.layers.Reshape((5, 1)), keras.layers.Dense(1))


def of_three_features():
    return _network((3,), keras.layers.Dense(1))


def positive(input_shape, n_neurons, task, n_outputs):
    if n_neurons < 4:
        raise ValueError(f"n_neurons={n_neurons}\n  is too few")
    return _network(input_shape, keras.layers.Dense(n_neurons), keras.layers.Dense(n_outputs))


def check(builder, task="regression", **sections):
    check_builder(make_experiment(builder if ":" in builder else f"{__name__}:{builder}", **sections), make_arrays(task))


def searched(low, high):
    return {"space": {"model": {"n_neurons": {"type": "int", "low": low, "high": high}}}}


@pytest.mark.parametrize(
    ("builder", "task", "sections", "message"),
    [
        ("nothing", "binary", {}, "returned NoneType, expected keras.Model, or what has scikit-learn's fit and predict"),
        ("positive", "binary", searched(1, 3), "cannot be built with n_neurons=1: ValueError: n_neurons=1 is too few; correct the function"),
        ("positive", "binary", {"space": {"model": {"n_neurons": 2}}}, "cannot be built with n_neurons=2"),
        ("of_three_features", "binary", {}, "does not take rows of the shape (5,): ValueError: "),
        ("unregistered", "regression", {}, "cannot be saved and loaded again: "),
        ("with_lambda", "regression", {}, "replace Lambda layers"),
        ("forgetful", "regression", {}, "gives other outputs when it is saved and loaded again; "),
        ("of_units", "multiclass", {}, "the model's output has the shape (n_rows, 1), but the multiclass target needs (n_rows, 3); give its last"),
        ("of_units", "binary", {"space": {"model": {"n_units": 3}}}, "the binary target needs (n_rows, 1) or (n_rows, 2)"),
        ("of_sequences", "regression", {}, "has the shape (n_rows, 5, 1), but the regression target needs (n_rows, 1)"),
        ("of_units", "binary", {"metric": "val_auc", "space": {"model": {"n_units": 2}}}, 'metric "auc" needs a model with one sigmoid output'),
        ("of_units", "regression", {"space": {"training": {"loss": "binary_crossentropy"}}}, 'space.training.loss = "binary_crossentropy" is for'),
    ],
)
def test_a_model_that_no_trial_could_use_is_refused_in_one_line(builder, task, sections, message):
    with pytest.raises(ExperimentError) as caught:
        check(builder, task, **sections)
    assert str(caught.value).startswith(f'model = "{__name__}:{builder}": ')
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("values", [(1, 8), (8, 9)])
def test_one_end_of_the_search_space_that_can_be_built_is_enough(values):
    check("positive", **searched(*values))


@pytest.mark.parametrize("precision", ["float32", "mixed_float16", "bfloat16"])
def test_models_of_every_precision_are_accepted(precision):
    builders = "tests.search.training.builders"
    training = {"space": {"training": {"precision": precision}}}
    check(f"{builders}:dense", "multiclass", **training)
    check_builder(make_experiment("subclassed", **training), make_arrays())


@pytest.mark.parametrize(("task", "shape"), [("binary", (8, 8, 1)), ("multiclass", (6, 2))])
def test_images_and_sequences_are_accepted(task, shape):
    check_builder(make_experiment("convolution" if len(shape) == 3 else "lstm"), make_arrays(task, shape=shape))


def test_an_estimator_is_built_and_its_experiment_checked():
    check("sklearn.linear_model:LogisticRegression", "binary")
    low_to_high = {"learning_rate": {"type": "float", "low": 0.1, "high": 1.0}}
    with pytest.raises(ExperimentError, match=r"\[space.training\] searches learning_rate, but"):
        check("sklearn.linear_model:LogisticRegression", "binary", space={"training": low_to_high})


def test_the_error_of_the_builder_is_kept_for_debugging():
    with pytest.raises(ExperimentError) as caught:
        check("positive", **searched(1, 2))
    assert isinstance(caught.value.__cause__.__cause__, ValueError)
