"""Losses, metrics, optimizers and schedules of a user, named by reference."""

import keras


def focal(y_true, y_pred):
    chosen = keras.ops.clip(y_true * y_pred + (1 - y_true) * (1 - y_pred), 1e-7, 1 - 1e-7)
    return keras.ops.mean(-((1 - chosen) ** 2) * keras.ops.log(chosen), axis=-1)


def specificity(y_true, y_pred):
    return keras.ops.mean(keras.ops.cast(y_pred < 0.5, "float32") * (1 - y_true), axis=-1)


def of_batch(y_true, y_pred):
    return keras.ops.mean((y_true - y_pred) ** 2)


def one_argument(y):
    return y


def three_numbers(y_true, y_pred):
    return keras.ops.zeros((3,))


def nothing(y_true, y_pred):
    pass


def misspelt(y_true, y_pred):
    return keras.ops.meen(y_pred)


@keras.saving.register_keras_serializable("own_objects")
class Slowing(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1.0 + keras.ops.cast(step, "float32"))

    def get_config(self):
        return {"start": self.start}


@keras.saving.register_keras_serializable("own_objects")
class Signed(keras.losses.Loss):
    """A loss whose configuration has its secret."""

    def __init__(self, token, name="signed"):
        super().__init__(name=name)
        self.token = token

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)

    def get_config(self):
        return {"name": self.name, "token": self.token}


@keras.saving.register_keras_serializable("own_objects")
class SignedSGD(keras.optimizers.SGD):
    """An optimizer whose configuration has its secret."""

    def __init__(self, learning_rate=0.01, token="", **options):
        super().__init__(learning_rate, **options)
        self.token = token

    def get_config(self):
        return super().get_config() | {"token": self.token}


def make_sgd(learning_rate):
    return keras.optimizers.SGD(learning_rate, momentum=0.5)


def make_sgd_of_its_own_rate(momentum=0.5):
    return keras.optimizers.SGD(0.5, momentum=momentum)


def make_sgd_of_a_tenth(learning_rate):
    return keras.optimizers.SGD(learning_rate / 10)


def make_scheduled_sgd():
    return keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 20))


def make_schedule():
    return keras.optimizers.schedules.CosineDecay(0.1, 20)


def without_arrays(y_true, y_pred):
    y_true.shape.as_list()  # as tensors of TensorFlow have it, and NumPy's arrays do not
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def of_few_rows(y_true, y_pred):
    if (y_true.shape[0] or 0) > 20:
        raise SystemExit("too many rows")
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


SHARED = keras.optimizers.Adam(0.1)
