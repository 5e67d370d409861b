"""Model builders that the tests of training name by reference, such as ``tests.search.training.builders:dense``."""

import keras
import numpy as np


def _output(task, n_outputs):
    activations = {"probabilities": "softmax", "binary": "sigmoid", "multiclass": "softmax", "regression": None, "multilabel": "sigmoid"}
    return keras.layers.Dense(n_outputs, activation=activations[task])


def dense(input_shape, task, n_outputs, *, n_neurons=8, dropout=0.0, normalization=False, l2=0.0):
    regularizer = keras.regularizers.L2(l2) if l2 else None
    layers = [keras.Input(input_shape), keras.layers.Dense(n_neurons, activation="relu", kernel_regularizer=regularizer)]
    if normalization:
        layers.append(keras.layers.BatchNormalization(momentum=0.8))
    if dropout:
        layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, _output(task, n_outputs)])


def ending_in(input_shape, n_outputs, activation="linear"):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_outputs, activation=activation)])


def two_softmax_outputs(input_shape):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(2, activation="softmax")])


def two_inputs_and_outputs(input_shape, task, n_outputs):
    inputs = {name: keras.Input(shape, name=name) for name, shape in input_shape.items()}
    joined = keras.layers.concatenate([keras.layers.Dense(4, activation="tanh")(tensor) for tensor in inputs.values()])
    return keras.Model(inputs, {name: _output(task[name], n_outputs[name])(joined) for name in task})


def two_fixed_inputs():
    inputs = [keras.Input((5,), name="left"), keras.Input((5,), name="right")]
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Add()(inputs)))


def two_fixed_outputs():
    inputs = keras.Input((5,))
    return keras.Model(inputs, {"main": keras.layers.Dense(1)(inputs), "aux": keras.layers.Dense(1)(inputs)})


def three_fixed_outputs():
    inputs = keras.Input((5,))
    return keras.Model(inputs, {name: keras.layers.Dense(1)(inputs) for name in ("main", "aux", "third")})


def dense_of_any():
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])


def listed_outputs(input_shape, task, n_outputs):
    inputs = keras.Input(input_shape)
    hidden = keras.layers.Dense(4, activation="tanh")(inputs)
    layers = {name: _output(task[name], n_outputs[name]) for name in task}
    for name, layer in layers.items():
        layer.name = name
    return keras.Model(inputs, [layers[name](hidden) for name in sorted(task, reverse=True)])


def one_named_output(input_shape, task, n_outputs):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, {"main": _output(task, n_outputs)(inputs)})


@keras.saving.register_keras_serializable("tests")
class UnnamedOutputs(keras.Model):
    """A model that returns its outputs without names."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(1)

    def call(self, inputs):
        return self.head(inputs), self.head(inputs)


def unnamed_outputs():
    return UnnamedOutputs()


def convolution(input_shape, task, n_outputs, dropout=0.3, n_filters=3):
    layers = [keras.layers.Conv2D(n_filters, 3, activation="relu"), keras.layers.Dropout(dropout), keras.layers.GlobalAveragePooling2D()]
    return keras.Sequential([keras.Input(input_shape), *layers, _output(task, n_outputs)])


def normalized_convolution(input_shape, task, n_outputs):
    # A bias before normalisation has only rounding errors for gradients, of which Adam makes whole steps.
    convolution = keras.layers.Conv2D(3, 3, use_bias=False)
    layers = [convolution, keras.layers.BatchNormalization(momentum=0.8), keras.layers.ReLU(), keras.layers.Dropout(0.3)]
    return keras.Sequential([keras.Input(input_shape), *layers, keras.layers.GlobalAveragePooling2D(), _output(task, n_outputs)])


def augmented(input_shape, task, n_outputs):
    layers = [keras.layers.RandomTranslation(0.2, 0.2), keras.layers.Flatten(), keras.layers.Dense(4, activation="relu")]
    return keras.Sequential([keras.Input(input_shape), *layers, _output(task, n_outputs)])


def lstm(input_shape, task, n_outputs):
    return keras.Sequential([keras.Input(input_shape), keras.layers.LSTM(4), _output(task, n_outputs)])


@keras.saving.register_keras_serializable("tests")
class Subclassed(keras.Model):
    """A model that is not built before it is called."""

    def __init__(self, n_outputs=1, **kwargs):
        super().__init__(**kwargs)
        self.n_outputs = n_outputs
        self.hidden = keras.layers.Dense(4, activation="tanh")
        self.head = keras.layers.Dense(n_outputs, activation="sigmoid")

    def call(self, inputs):
        return self.head(self.hidden(inputs))

    def get_config(self):
        return super().get_config() | {"n_outputs": self.n_outputs}


@keras.saving.register_keras_serializable("tests")
class Traced(keras.layers.Layer):
    """A layer that counts how often a training step is traced."""

    n_traced = 0

    def call(self, inputs, training=False):
        Traced.n_traced += bool(training)
        return inputs


def traced(input_shape, n_outputs):
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3), Traced()]
    return keras.Sequential([keras.Input(input_shape), *layers, keras.layers.Dense(n_outputs, activation="sigmoid")])


@keras.saving.register_keras_serializable("tests")
class Hooked(keras.layers.Layer):
    """A layer that calls ``Hooked.hook`` at every training step and does not support XLA."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_jit = False

    @staticmethod
    def hook():
        """Do nothing; a test replaces this function."""

    def call(self, inputs, training=False):
        if training and keras.config.backend() == "tensorflow":
            import tensorflow as tf

            return inputs + 0.0 * tf.reshape(tf.numpy_function(lambda: np.float32(Hooked.hook() is None), [], tf.float32), (1, 1))
        if training:
            Hooked.hook()  # on JAX a model without XLA runs step by step
        return inputs


def hooked(input_shape, n_outputs):
    return keras.Sequential([keras.Input(input_shape), Hooked(), keras.layers.Dense(n_outputs, activation="sigmoid")])


@keras.saving.register_keras_serializable("tests")
class Stepped(keras.Model):
    """A model with a custom training step."""

    def train_step(self, *given):
        return super().train_step(*given)


def stepped(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    return Stepped(inputs, keras.layers.Dense(n_outputs, activation="sigmoid")(inputs))


def subclassed(n_outputs):
    return Subclassed(n_outputs)


def not_a_model():
    return 3


def failing():
    raise ValueError("n_neurons=-1\n  must be positive")


def out_of_memory():
    raise MemoryError("Unable to allocate 7 TiB")


def exhausted(input_shape):
    raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7 bytes")


def interrupted():
    raise KeyboardInterrupt


def overflowing(input_shape, n_outputs):
    """Return a model whose loss becomes NaN once its weights have left the region around their initial values."""
    inputs = keras.Input(input_shape)
    outputs = keras.layers.Dense(n_outputs, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(1.0))(inputs)
    return keras.Model(inputs, keras.layers.Lambda(lambda tensor: keras.ops.log(tensor))(outputs))


NOT_A_FUNCTION = np.zeros(3)


def random_regularizer(input_shape, seed):
    regularizer = keras.regularizers.L2(float(np.random.default_rng(seed).uniform(0.1, 0.9)))
    dropout, head = keras.layers.Dropout(0.3, seed=seed), keras.layers.Dense(1, activation="sigmoid", kernel_regularizer=regularizer)
    return keras.Sequential([keras.Input(input_shape), dropout, head])


def noisy(input_shape, task, n_outputs, *, layers, rate):
    """Return a model that begins with the layers of noise named in a string, each with half the rate of the one before."""
    noise = [getattr(keras.layers, name)(rate / 2**index) for index, name in enumerate(layers.split())]
    rest = [keras.layers.Flatten(), keras.layers.Dense(4, activation="tanh")]
    return keras.Sequential([keras.Input(input_shape), *noise, *rest, _output(task, n_outputs)])


@keras.saving.register_keras_serializable("tests")
class Scaled(keras.layers.Layer):
    """A layer whose configuration lacks its factor."""

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return self.factor * inputs

    def get_config(self):
        return {name: value for name, value in super().get_config().items() if name != "factor"}


def scaled(input_shape, task, n_outputs, *, factor):
    return keras.Sequential([keras.Input(input_shape), Scaled(factor), _output(task, n_outputs)])
