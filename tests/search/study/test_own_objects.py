"""A search from the command line whose loss, metric and objective are a user's own functions."""

OWN = """
import keras

def build(input_shape, n_outputs):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_outputs, activation="sigmoid")])

def squares(power):
    def loss(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** power, axis=-1)
    return loss

def specificity(y_true, y_pred):
    return keras.ops.mean(keras.ops.cast(y_pred < 0.5, "float32") * (1 - y_true), axis=-1)
"""
EXPERIMENT = """
model = "own:build"
data = { loader = "breast_cancer" }
executor = { name = "in-process" }
search = { n_trials = 2 }
[space.training]
epochs = 2
batch_size = "all"
learning_rate = { type = "float", low = 0.01, high = 0.1 }
loss = { use = "own:squares", power = 2.0 }
[objective]
metric = "val_specificity"
direction = "maximize"
metrics = ["own:specificity"]
"""


def test_they_are_searched_tracked_and_measured_on_the_test_part(write_search, rows, forks):
    own = write_search(OWN, EXPERIMENT)
    output = own.call("run", "own.toml").stdout
    best = max(float(trial["value"]) for trial in own.trials())
    assert f"val_specificity {best:.5g}" in output
    assert "specificity 0." in output.partition("\nTest ")[2].partition("\nModel")[0]
    shown = own.call("show", "own").stdout.split()
    assert {"own:squares", '["own:specificity"]'} <= set(shown)
    curves = dict(rows(own, "select key, max(value) from metrics where key like '%specificity' group by key"))
    assert curves["val_specificity"] >= best
    evaluated = own.call("evaluate", "own").stdout.split()
    assert 0 <= float(evaluated[evaluated.index("specificity") + 1]) <= 1
    assert float(evaluated[evaluated.index("loss") + 1]) < 1
