import keras
import pytest

from models.output import output_layer


@pytest.mark.parametrize(
    ("task", "n_outputs", "activation"),
    [("binary", 1, "sigmoid"), ("multiclass", 4, "softmax"), ("regression", 2, "linear"), ("multilabel", 3, "sigmoid")],
)
def test_the_activation_follows_from_the_task(task, n_outputs, activation):
    layer = output_layer(task, n_outputs)
    assert layer.activation is keras.activations.get(activation)
    assert (layer.units, layer.name) == (n_outputs, "output")


@pytest.mark.parametrize(
    ("task", "n_outputs", "activation", "message"),
    [("binary", 1, "relu", "is for a regression, but the task is binary"), ("regression", 1, "elu", "is not known; use one of linear, relu")],
)
def test_an_activation_that_the_task_does_not_have_is_refused(task, n_outputs, activation, message):
    with pytest.raises(ValueError, match=f'output_activation="{activation}" {message}'):
        output_layer(task, n_outputs, output_activation=activation)


@pytest.mark.parametrize(("task", "n_outputs"), [("binary", 2), ("multiclass", 1), ("regression", 0), ("ranking", 1)])
def test_a_number_of_outputs_that_the_task_does_not_have_is_refused(task, n_outputs):
    with pytest.raises(ValueError, match=r"expected|use one of"):
        output_layer(task, n_outputs)
