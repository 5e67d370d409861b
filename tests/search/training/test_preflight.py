"""A model is built, saved, loaded and checked before the first trial."""

import time
from dataclasses import replace

import keras
import pytest

from search.errors import ExperimentError
from tests.search.training.conftest import check_builder, make_arrays, make_experiment
from tests.search.training.data_shapes import TWO_OUTPUTS, with_scaled_target, with_two_outputs


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


def with_a_dropped_layer(input_shape):
    return _network(input_shape, keras.layers.RandomHeight(0.1), keras.layers.Dense(1))


def unregistered(input_shape):
    return _network(input_shape, Unregistered(), keras.layers.Dense(1))


def with_lambda(input_shape):
    return _network(input_shape, keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(1))


@keras.saving.register_keras_serializable("test_preflight")
def twice(x):
    return 2 * x


def with_named_function(input_shape):
    return _network(input_shape, keras.layers.Lambda(twice), keras.layers.Dense(1))


def forgetful(input_shape):
    return _network(input_shape, keras.layers.Dense(1), Forgetful())


def of_units(input_shape, n_units=1):
    return _network(input_shape, keras.layers.Dense(n_units, activation="sigmoid" if n_units == 1 else "softmax"))


def of_sequences(input_shape):
    return _network(input_shape, keras.layers.Reshape((5, 1)), keras.layers.Dense(1))


def of_three_features():
    return _network((3,), keras.layers.Dense(1))


def positive(input_shape, n_neurons, task, n_outputs):
    if n_neurons < 4:
        raise ValueError(f"n_neurons={n_neurons}\n  is too few")
    return _network(input_shape, keras.layers.Dense(n_neurons), keras.layers.Dense(n_outputs))


def with_fixed_batch(input_shape):
    inputs = keras.Input(batch_shape=(32, *input_shape))
    return keras.Model(inputs, keras.layers.Dense(1)(inputs))


def logits(input_shape, n_outputs):
    return _network(input_shape, keras.layers.Dense(n_outputs))


def sigmoids(input_shape, n_outputs):
    return _network(input_shape, keras.layers.Dense(n_outputs, activation="sigmoid"))


def softmax_layer(input_shape, n_outputs):
    return _network(input_shape, keras.layers.Dense(n_outputs), keras.layers.Softmax())


def mixed(input_shape):
    """Sigmoids in half precision, converted by a layer that computes nothing else."""
    return _network(input_shape, keras.layers.Dense(1, "sigmoid"), keras.layers.Activation("linear", dtype="float32"))


def positive_only(input_shape):
    return _network(input_shape, keras.layers.Dense(1, activation="softplus"))


def two_heads(input_shape, left="linear", right="tanh"):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, {name: keras.layers.Dense(1, activation)(inputs) for name, activation in (("left", left), ("right", right))})


def bounded_below(input_shape):
    return _network(input_shape, keras.layers.Dense(1, activation="elu"))


def softmax_of_one(input_shape):
    return _network(input_shape, keras.layers.Dense(1, activation="softmax"))


def compiled(input_shape, n_outputs, loss="mse"):
    model = _network(input_shape, keras.layers.Dense(n_outputs))
    model.compile("sgd", loss)
    return model


def check(builder, task="regression", arrays=None, **sections):
    return check_builder(make_experiment(builder if ":" in builder else f"{__name__}:{builder}", **sections), arrays or make_arrays(task))


def searched(low, high):
    return {"space": {"model": {"n_neurons": {"type": "int", "low": low, "high": high}}}}


def test_a_lambda_layer_of_a_registered_function_is_kept():
    assert check("with_named_function") == ()


@pytest.mark.parametrize(
    ("builder", "task", "sections", "message"),
    [
        ("nothing", "binary", {}, "returned NoneType, expected keras.Model, or what has scikit-learn's fit and predict"),
        ("positive", "binary", searched(1, 3), "cannot be built with n_neurons=1: ValueError: n_neurons=1 is too few; correct the function"),
        ("positive", "binary", {"space": {"model": {"n_neurons": 2}}}, "cannot be built with n_neurons=2"),
        ("with_a_dropped_layer", "regression", {}, "'RandomHeight'; Keras 3 has no RandomHeight: use keras.layers.RandomZoom(factor"),
        ("of_three_features", "binary", {}, "does not take rows of the shape (5,): ValueError: "),
        ("unregistered", "regression", {}, "cannot be saved and loaded again: "),
        ("with_lambda", "regression", {}, "give Lambda layers such functions instead of lambda expressions"),
        ("forgetful", "regression", {}, "gives other outputs when it is saved and loaded again; "),
        ("of_units", "multiclass", {}, "the model's output has the shape (n_rows, 1), but the multiclass target needs (n_rows, 3); give its last"),
        ("of_units", "binary", {"space": {"model": {"n_units": 3}}}, "the binary target needs (n_rows, 1) or (n_rows, 2)"),
        ("of_sequences", "regression", {}, "has the shape (n_rows, 5, 1), but the regression target needs (n_rows, 1)"),
        ("of_units", "binary", {"metric": "val_auc", "space": {"model": {"n_units": 2}}}, 'metric "auc" needs a model with one sigmoid output'),
        ("of_units", "regression", {"space": {"training": {"loss": "binary_crossentropy"}}}, 'space.training.loss = "binary_crossentropy" is for'),
        (
            "with_fixed_batch",
            "regression",
            {},
            "takes batches of exactly 32 rows; a fixed batch size (stateful layers) is not supported, since",
        ),
        ("logits", "binary", {}, "the outputs are no probabilities (logits?), but the loss binary_crossentropy needs them: give the last layer acti"),
        pytest.param(
            *("softmax_of_one", "binary", {}, 'the last layer is a softmax of one unit, which is 1 for every row; give it activation="sigmoid"'),
            marks=pytest.mark.filterwarnings("ignore:You are using a softmax"),
        ),
        ("logits", "multiclass", {}, 'the loss sparse_categorical_crossentropy needs them: give the last layer activation="softmax"'),
        ("sigmoids", "multiclass", {}, "the outputs do not sum to 1, but the loss sparse_categorical_crossentropy needs them"),
        ("compiled", "regression", {"space": {"model": {"loss": "huber"}}}, "is compiled with the loss huber, but trials are trained with mean_sq"),
    ],
)
def test_a_model_that_no_trial_could_use_is_refused_in_one_line(builder, task, sections, message):
    with pytest.raises(ExperimentError) as caught:
        check(builder, task, **sections)
    assert str(caught.value).startswith(f'model = "{__name__}:{builder}": ')
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_outputs_that_fit_the_loss_are_accepted():
    check("softmax_layer", "multiclass")
    check("mixed", "binary", space={"training": {"precision": "mixed_float16"}})
    check("sigmoids", "multiclass", space={"training": {"loss": "binary_crossentropy"}})
    check("logits", "binary", space={"training": {"loss": "hinge"}})


@pytest.mark.parametrize(
    ("builder", "sections", "message"),
    [
        (
            "positive_only",
            {},
            'activation "softplus" cannot give every value of a target that is scaled to mean 0 and variance 1; make it linear',
        ),
        ("bounded_below", {}, 'activation "elu" cannot give every value'),
        ("logits", {"space": {"training": {"loss": "poisson"}}}, "the loss poisson needs a target in its own units, but it is scaled"),
    ],
)
def test_a_model_that_cannot_give_a_scaled_target_is_refused(builder, sections, message):
    arrays = make_arrays("regression")
    check(builder, arrays=replace(arrays, y_train=abs(arrays.y_train)), **sections)  # a target that is not scaled
    with pytest.raises(ExperimentError, match=message):
        check(builder, arrays=with_scaled_target(make_arrays("regression")), **sections)


@pytest.mark.parametrize(
    ("builder", "offset", "message"),
    [
        ("positive_only", 0.0, 'activation "softplus" gives values of 0 and more, but the target has -'),
        ("of_units", 5.0, 'activation "sigmoid" gives values of 0 to 1, but the target has 1.08'),
    ],
)
def test_an_output_layer_that_cannot_give_the_target_is_refused(builder, offset, message):
    arrays = make_arrays("regression")
    with pytest.raises(ExperimentError, match=message):
        check(builder, arrays=replace(arrays, y_train=arrays.y_train + offset))


def test_the_output_layer_of_each_output_is_checked():
    arrays = with_two_outputs(make_arrays("regression"))
    check("two_heads", arrays=arrays, **TWO_OUTPUTS)
    with pytest.raises(ExperimentError, match='output "left": the last layer\'s activation "relu" gives values of 0 and more'):
        check("two_heads", arrays=arrays, **TWO_OUTPUTS, space={"model": {"left": "relu"}})


def test_a_builder_that_compiles_is_told_what_is_replaced():
    [note] = check("compiled")
    assert note == (
        f'model = "{__name__}:compiled": its compile() is replaced: optimizer (sgd), loss and metrics are those of the experiment; '
        "return it without compile()"
    )


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


BALANCED = {"class_weight": "balanced"}


@pytest.mark.parametrize(
    ("arrays", "training", "message"),
    [
        (make_arrays("regression"), BALANCED, 'weighs the classes of one target, but the task is "regression"; leave it out'),
        (with_two_outputs(make_arrays("regression")), BALANCED, "of one target, but there are several outputs, left, right; leave it out"),
        (make_arrays(), {"loss": "dice", **BALANCED}, 'loss = "dice" is of a whole batch, in which weights of rows '),
    ],
)
def test_weights_of_classes_that_cannot_be_used_are_refused(arrays, training, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(space={"training": training}), arrays)


def test_the_error_of_the_builder_is_kept_for_debugging():
    with pytest.raises(ExperimentError) as caught:
        check("positive", **searched(1, 2))
    assert isinstance(caught.value.__cause__.__cause__, ValueError)
