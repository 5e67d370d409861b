"""Hypermodels in the ways of Keras Tuner's guides: a loop over layers, conditional scopes, a class."""

import keras
import keras_tuner


def build_loop(hp):
    """A loop over layers, a shared choice, a switch, and the optimizer's learning rate."""
    model = keras.Sequential([keras.layers.Input((5,))])
    for index in range(hp.Int("n_layers", 1, 3)):
        units = hp.Int(f"units_{index}", min_value=8, max_value=32, step=8)
        model.add(keras.layers.Dense(units, activation=hp.Choice("activation", ["relu", "tanh"])))
    if hp.Boolean("dropout"):
        model.add(keras.layers.Dropout(hp.Float("rate", 0.1, 0.5, step=0.1)))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    model.compile(keras.optimizers.Adam(learning_rate=rate), "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="area")])
    return model


def build_scopes(hp):
    """Two kinds of network, each with hyperparameters of its own, the optimizer by name."""
    kind = hp.Choice("kind", ["narrow", "wide"])
    model = keras.Sequential([keras.layers.Input((5,))])
    with hp.conditional_scope("kind", ["narrow"]):
        if kind == "narrow":
            model.add(keras.layers.Dense(hp.Int("units", 2, 16, sampling="log"), activation="relu"))
    with hp.conditional_scope("kind", ["wide"]):
        if kind == "wide":
            with hp.name_scope("wide"):
                model.add(keras.layers.Dense(hp.Int("units", 32, 64), activation="relu"))
            hp.Fixed("depth", 1)
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.get(hp.Choice("optimizer", ["sgd", "rmsprop"]))
    model.compile(optimizer, keras.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["acc"])
    return model


class Hyper(keras_tuner.HyperModel):
    """A class whose models are not compiled, so that ``[space.training]`` counts."""

    def build(self, hp, input_shape):
        layers = [keras.layers.Input(input_shape), keras.layers.Dense(hp.Int("units", 2, 8)), keras.layers.Dense(1, activation="sigmoid")]
        return keras.Sequential(layers)


hyper = Hyper()


def network(hp):
    """A compiled network."""
    layers = [keras.layers.Input((5,)), keras.layers.Dense(hp.Int("units", 2, 8), activation="tanh"), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1)), "binary_crossentropy", metrics=["accuracy"])
    return model


class FittingItself(keras_tuner.HyperModel):
    """Tunes epochs and batch size, as Keras Tuner's guide does."""

    def build(self, hp):
        return network(hp)

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=hp.Choice("batch_size", [16, 32]), epochs=hp.Int("epochs", 2, 6), **kwargs)


class Looping(FittingItself):
    """A loop of its own that calls its callbacks, as Keras Tuner's guide has it, and returns a number."""

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        for callback in callbacks:
            callback.set_model(model)
        losses = []
        for epoch in range(3):
            losses.append(float(model.train_on_batch(x, y)[0]) + epoch % 2)
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"own": losses[-1]})
        return min(losses)


class Looping2(FittingItself):
    """A loop that does not look at whether it is to end."""

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        for epoch in range(5):
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"val_loss": float(epoch)})


class Twice(FittingItself):
    """Two trainings, of which the second one would fail if the first one were cut short."""

    def fit(self, hp, model, *args, callbacks, **kwargs):
        first = model.fit(*args, epochs=3, callbacks=callbacks, **kwargs)
        return first.history["val_loss"][2] and model.fit(*args, epochs=2, callbacks=callbacks, **kwargs)


class Given(FittingItself):
    """Passes on what it is given, and goes on with a rate that spoils the weights."""

    def fit(self, hp, model, *args, **kwargs):
        CALLS["arguments"] = {name: value for name, value in kwargs.items() if name not in ("validation_data", "callbacks")}
        history = model.fit(*args, **kwargs)
        model.set_weights([weights + 1 for weights in model.get_weights()])
        return history


class Repeating(FittingItself):
    """Returns what its best epoch has."""

    def fit(self, hp, model, *args, **kwargs):
        history = model.fit(*args, epochs=2, **kwargs).history
        return {"val_loss": min(history["val_loss"])}


class Returning(FittingItself):
    """Returns what no epoch has."""

    def fit(self, hp, model, *args, **kwargs):
        model.fit(*args, epochs=2, **kwargs)
        return {"val_loss": 0.25, "val_other": 1}


class WithoutCallbacks(FittingItself):
    """Keeps the callbacks from its training."""

    def fit(self, hp, model, *args, callbacks, **kwargs):
        return model.fit(*args, epochs=2, **kwargs)


class Silent(FittingItself):
    """Returns nothing."""

    def fit(self, hp, model, *args, **kwargs):
        pass


class Odd(Silent):
    """Returns a list."""

    def fit(self, hp, model, *args, **kwargs):
        return [1.0]


class Asking(Silent):
    """Asks for what it is not given."""

    def fit(self, hp, model, *args, **kwargs):
        return hp.Float("more", 0, 1)


class Raising(Silent):
    """Raises."""

    def fit(self, hp, model, *args, **kwargs):
        raise ValueError("on purpose")


class OfOneArgument(Silent):
    """Takes a data set of batches."""

    def fit(self, hp, model, data):
        return model.fit(data)


CALLS = {"FittingItself": FittingItself()}


def build_suggesting(trial, n_outputs):
    """Optuna's way: a loop over layers, and choices of several types."""
    model = keras.Sequential([keras.layers.Input((5,))])
    for index in range(trial.suggest_int("n_layers", 1, 2)):
        model.add(keras.layers.Dense(trial.suggest_int(f"units_{index}", 4, 64, log=True), activation="relu"))
    if (penalty := trial.suggest_categorical("penalty", [None, 0.1])) is not None:
        model.add(keras.layers.ActivityRegularization(l2=penalty * trial.suggest_float("factor", 0.5, 1.0, step=0.25)))
    if trial.suggest_categorical("noisy", [True, False]):
        model.add(keras.layers.GaussianNoise(0.1))
    model.add(keras.layers.Dense(n_outputs, activation=trial.suggest_categorical("activation", ["sigmoid"])))
    model.compile(keras.optimizers.SGD(trial.suggest_loguniform("rate", 1e-3, 1e-1)), "binary_crossentropy")
    assert set(trial.params) >= {"n_layers", "units_0", "penalty", "activation", "rate"}
    return model


def build_reporting(trial):
    """What belongs to an objective that trains by itself."""
    trial.report(1.0, step=1)
