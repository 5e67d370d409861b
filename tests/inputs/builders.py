"""Builders, callbacks, samplers and pruners of a user that fail, or return what cannot be trained."""

from collections.abc import Iterator

from tests.inputs.malformed import LONG, Malformed, changed

MODULE = """
import keras
import optuna

def network(input_shape, *layers):
    return keras.Sequential([keras.Input(input_shape), *layers])

def build(input_shape, n_outputs, n_neurons=4):
    {body}

class Given(keras.callbacks.Callback):
    def __init__(self, filepath="", n=1):
        super().__init__()
        if n > 1:
            raise ValueError("n is too large " * {long})

class Sampler(optuna.samplers.BaseSampler):
    pass
"""
GOOD = 'return network(input_shape, keras.layers.Dense(1, activation="sigmoid"))'
BODIES = {
    "nothing": ("pass", "is a return missing"),
    "a text": ("return 'model'", "str"),
    "a layer": ("return keras.layers.Dense(1)", "dense"),
    "a class": ("return keras.Sequential", "expected keras.model"),
    "no output": ("return network(input_shape)", "own:build"),
    "two outputs": ("x = keras.Input(input_shape); return keras.Model(x, [x, x])", "output"),
    "too many units": ("return network(input_shape, keras.layers.Dense(7))", "7"),
    "linear units for a class": ("return network(input_shape, keras.layers.Dense(1))", "sigmoid"),
    "another input": ("return network((99,), keras.layers.Dense(1, activation='sigmoid'))", "99"),
    "two inputs": ("a, b = keras.Input((1,)), keras.Input((2,)); return keras.Model([a, b], keras.layers.Dense(1)(a))", "input"),
    "a fixed batch size": (
        "x = keras.Input(batch_shape=(7, *input_shape)); return keras.Model(x, keras.layers.Dense(1, activation='sigmoid')(x))",
        "batch",
    ),
    "a lambda": ("return network(input_shape, keras.layers.Lambda(lambda x: x), keras.layers.Dense(1, activation='sigmoid'))", "lambda"),
    "no units": ("return network(input_shape, keras.layers.Dense(0))", "units"),
    "an unknown activation": ("return network(input_shape, keras.layers.Dense(1, activation='relo'))", "relo"),
    "an error": ("raise ValueError('wrong width')", "wrong width"),
    "a long error": (f"raise ValueError('long ' * {LONG * 100})", "long"),
    "an error of many lines": (f"raise ValueError('line\\n' * {LONG})", "line"),
    "an exit": ("raise SystemExit(3)", "sys.exit(3)"),
    "a base exception": ("raise BaseException('odd')", "odd"),
    "an endless recursion": ("return build(input_shape, n_outputs)", "recursion"),
    "an absent import": ("import absent_module", "absent_module"),
    "no memory": ("raise MemoryError", "memoryerror"),
}
CHANGES = {
    "an absent module": ({"model": '"absent:build"'}, "absent"),
    "an absent name": ({"model": '"own:bild"'}, 'did you mean "build"'),
    "a module in place of a function": ({"model": '"own:keras"'}, "own:keras"),
    "a long name": ({"model": f'"own:{"n" * LONG}"'}, "nnn"),
    "an unknown argument": ({"space.model.n_neuron": "4"}, 'did you mean "n_neurons"'),
    "a long unknown argument": ({f"space.model.{'n' * LONG}": "4"}, "nnn"),
    "an argument of another type": ({"model": '"models.mlp:build_mlp"', "space.model.n_neurons": '"many"'}, "n_neurons"),
    "an unset variable": ({"space.model.n_neurons": '"env:NOT_SET_HERE"'}, "not_set_here"),
    "a loss of another task": ({"space.training.loss": '"categorical_crossentropy"'}, "binary_crossentropy"),
    "an absent callback": ({"callbacks": '[{ use = "keras.callbacks:EarlyStoping" }]'}, 'did you mean "earlystopping"'),
    "a callback that is none": ({"callbacks": '[{ use = "json:dumps" }]'}, "json:dumps"),
    "a callback's unknown argument": ({"callbacks": '[{ use = "own:Given", path = "a" }]'}, "path"),
    "a callback that fails": ({"callbacks": '[{ use = "own:Given", n = 2 }]'}, "n is too large"),
    "a callback's object of nowhere": ({"callbacks": '[{ use = "own:Given", n = { use = "absent:thing" } }]'}, "absent"),
    "a callback's monitor": ({"callbacks": '[{ use = "keras.callbacks:EarlyStopping", monitor = "val_los" }]'}, "val_los"),
    "an abstract sampler": ({"search.sampler": '"own:Sampler"'}, "sampler"),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    own = {"model": '"own:build"', "space.model": None}
    for name, (body, says) in BODIES.items():
        yield changed(f"a builder: {name}", says, own, own=MODULE.format(body=body, long=LONG))
    for name, (changes, says) in CHANGES.items():
        yield changed(name, says, {**own, **changes}, own=MODULE.format(body=GOOD, long=LONG))
