"""The training settings of one trial: the keys of ``[space.training]``, each with its type, range and default.

It has values only; `search.training` creates Keras objects from them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from .objects import ObjectSection, is_object, or_object
from .validation import Table, added_later

Optimizer = Literal[
    "sgd",
    "rmsprop",
    "adam",
    "adamw",
    "adamax",
    "nadam",
    "adagrad",
    "adadelta",
    "adafactor",
    "ftrl",
    "lion",
    "muon",
    "schedulefreeadamw",
]
"""Every name that ``keras.optimizers.get`` accepts and that needs no further argument."""

_ADAMS = ("adam", "adamw", "adamax", "nadam", "schedulefreeadamw")
CONSTANTS: Mapping[str, Mapping[str, float]] = {
    "beta_1": dict.fromkeys((*_ADAMS, "lion"), 0.9),
    "beta_2": dict.fromkeys(_ADAMS, 0.999) | {"lion": 0.99},
    "epsilon": dict.fromkeys((*_ADAMS, "rmsprop", "adagrad", "adadelta", "muon"), 1e-7) | {"schedulefreeadamw": 1e-8},
    "rho": {"rmsprop": 0.9, "adadelta": 0.95},
}
"""Constants that some optimizers have: Keras' default of each of these optimizers."""

Loss = Literal[
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "root_mean_squared_error",
    "huber",
    "log_cosh",
    "poisson",
    "cosine_similarity",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "hinge",
    "squared_hinge",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_hinge",
    "kl_divergence",
    "dice",
    "tversky",
]
"""Every name that ``keras.losses.get`` accepts, except ctc (its targets are sequences) and circle (embeddings), and
root_mean_squared_error, which Keras has as a metric only."""

Precision = Literal["float32", "float64", "mixed_float16", "mixed_bfloat16", "float16", "bfloat16"]
"""Names of Keras' dtype policies."""

Schedule = Literal["constant", "step", "exponential", "cosine", "plateau"]

ClassWeight = Literal["none", "balanced"]

OF_COMPILE = ("optimizer", "learning_rate", "momentum", "nesterov", *CONSTANTS, "weight_decay", "clipnorm", "loss", "label_smoothing")
"""The settings that the ``compile()`` of a model decides."""


BatchSize = Annotated[
    Annotated[int, Field(ge=1, le=8192), Tag("<int>")] | Annotated[Literal["all"], Tag("<text>")],
    Discriminator(lambda value: "<text>" if isinstance(value, str) and not value.isdigit() else "<int>"),
]

_OWN = added_later(None)
_Fraction = Annotated[float, Field(ge=0, lt=1)]


class TrainingSettings(Table):
    """The training settings of one trial.

    Attributes:
        epochs: Largest number of epochs, at least 1. Defaults to 100.
        batch_size: Rows per gradient step, 1 to 8192, or "all" rows of the training part; the last batch of an epoch may be smaller. Defaults
            to 32.
        shuffle: Whether each epoch has the rows in a new random order; false keeps the order of the training part. Defaults to true.
        optimizer: Keras' name of the optimizer, or an object by reference, such as { use = "keras.optimizers:Adam", amsgrad = true }, which is
            given the learning rate and those of the following settings that differ from their defaults. Defaults to "adam".
        learning_rate: Step size at the first epoch, above 0; or a schedule of Keras by reference, which counts steps, such as
            { use = "keras.optimizers.schedules:CosineDecay", initial_learning_rate = 0.01, decay_steps = 1000 }. Defaults to 0.001.
        momentum: Momentum of sgd and rmsprop, 0 to below 1; other optimizers have their own. Defaults to 0.
        nesterov: Whether sgd's momentum is Nesterov's. Defaults to false.
        beta_1: Decay of the mean of gradients, 0 to below 1, of adam, adamw, adamax, nadam, schedulefreeadamw and lion. Defaults to the
            optimizer's own.
        beta_2: Decay of the mean of squared gradients, or of adamax's norm and lion's mean, 0 to below 1, of the same optimizers. Defaults to
            the optimizer's own.
        epsilon: What is added to the divisor of a step, above 0, of the same optimizers except lion, and of rmsprop, adagrad, adadelta and
            muon. Defaults to the optimizer's own.
        rho: Decay of the mean of squared gradients of rmsprop and adadelta, 0 to below 1. Defaults to the optimizer's own.
        weight_decay: Decoupled weight decay per step, at least 0; 0 disables it. Defaults to 0.
        clipnorm: Largest norm of each gradient; 0 disables it. Defaults to 0.
        loss: Keras' name of the loss; or an object by reference, such as "mine:focal_loss", a function of (y_true, y_pred), or
            { use = "keras.losses:BinaryFocalCrossentropy", gamma = 3.0 }; "auto" follows from the task: binary_crossentropy,
            sparse_categorical_crossentropy or mean_squared_error. Defaults to "auto".
        targets: How the loss and the metrics get the classes of an output of several units: as "numbers" from 0, ``(n_rows, 1)``, or
            "one_hot", ``(n_rows, n_classes)``; "auto" follows from a loss of Keras. Defaults to "auto".
        label_smoothing: Smoothing of the binary and categorical cross-entropy, 0 to below 1. Defaults to 0.
        class_weight: How much the rows of a class count in the training loss, for one target of classes: "none" (all rows alike), or
            "balanced" (n / (k * count), given n training rows, k classes and count rows of the class). Metrics and the validation
            loss are not weighted. Defaults to "none".
        schedule: How the learning rate changes between epochs, after e epochs: "constant"; "step" multiplies it by
            decay_rate ** floor(e / decay_epochs); "exponential" by decay_rate ** (e / decay_epochs); "cosine" by
            (1 + cos(pi * e / epochs)) / 2; "plateau" by decay_rate whenever the objective has not improved for
            decay_epochs epochs. Defaults to "constant".
        decay_rate: The schedule's factor, above 0, at most 1. Defaults to 0.5.
        decay_epochs: The schedule's interval in epochs, at least 1. Defaults to 10.
        unfreeze_epochs: Fine-tuning: epochs after which the optimizer starts anew and the layers of ``freeze`` in ``[initial]`` are trained too,
            or the first of those that its ``unfreeze`` lists, and after as many again the next ones. 0 means never. Defaults to 0.
        unfreeze_learning_rate: The schedule's learning rate from then on, above 0, usually a small one. Defaults to learning_rate.
        patience: Early stopping: epochs without improvement of the objective before training ends; 0 disables it.
            Defaults to 0.
        min_delta: Smallest change that is an improvement, at least 0. Defaults to 0.
        restore_best_weights: Whether the model keeps the weights of its best epoch. Defaults to true.
        precision: Keras' dtype policy. The mixed ones compute in 16 bits and keep the weights in float32, for devices that
            are faster in 16 bits; mixed_float16 scales the loss, so that small gradients do not vanish. float16 and bfloat16 keep
            the weights in 16 bits too. float64 computes weights, losses and metrics in 64 bits, not on JAX, from data in float32. Defaults to
            "float32".
    """

    epochs: Annotated[int, Field(ge=1)] = 100
    batch_size: BatchSize = 32
    shuffle: bool = added_later(True)
    optimizer: or_object(Optimizer) = "adam"  # type: ignore[valid-type]
    learning_rate: or_object(Annotated[float, Field(gt=0)]) = 1e-3  # type: ignore[valid-type]
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    beta_1: _Fraction | None = _OWN
    beta_2: _Fraction | None = _OWN
    epsilon: Annotated[float, Field(gt=0)] | None = _OWN
    rho: _Fraction | None = _OWN
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    clipnorm: Annotated[float, Field(ge=0)] = 0.0
    loss: or_object(Literal["auto", Loss]) = "auto"  # type: ignore[valid-type]
    targets: Literal["auto", "numbers", "one_hot"] = added_later("auto")
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_weight: ClassWeight = added_later("none")  # as studies of earlier versions are stored
    schedule: Schedule = "constant"
    decay_rate: Annotated[float, Field(gt=0, le=1)] = 0.5
    decay_epochs: Annotated[int, Field(ge=1)] = 10
    unfreeze_epochs: Annotated[int, Field(ge=0)] = added_later(0)
    unfreeze_learning_rate: Annotated[float, Field(gt=0)] | None = _OWN
    patience: Annotated[int, Field(ge=0)] = 0
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    restore_best_weights: bool = True
    precision: Precision = "float32"

    def n_unfreezings(self, epoch: int) -> int:
        """Return how often layers were to be unfrozen before an epoch, from 1."""
        return (epoch - 1) // self.unfreeze_epochs if self.unfreeze_epochs else 0

    def batch_rows(self, n_rows: int) -> int:
        """Return the batch size as a number, given the number of rows of the training part."""
        return n_rows if self.batch_size == "all" else self.batch_size

    @property
    def is_scheduled(self) -> bool:
        """Whether the learning rate is a schedule of Keras, which counts steps."""
        return isinstance(self.learning_rate, ObjectSection)

    @property
    def constants(self) -> dict[str, float]:
        """The given constants that the optimizer has and that are not its defaults, by name; all that are given for one by reference."""
        if isinstance(self.optimizer, ObjectSection):
            return {name: value for name in CONSTANTS if (value := getattr(self, name)) is not None}
        own = {name: defaults[self.optimizer] for name, defaults in CONSTANTS.items() if self.optimizer in defaults}
        return {name: getattr(self, name) for name, default in own.items() if getattr(self, name) not in (None, default)}


def check_own_schedule(settings: Mapping[str, Any], owner: str = "") -> None:
    """Check that nothing else changes the learning rate beside a schedule of Keras.

    Args:
        settings: Fixed or searched training settings by name.
        owner: The setting that has the schedule, "optimizer" or "learning_rate". Defaults to the one whose table names a schedule.

    Raises:
        ValueError: If something does.
    """
    optimizer = settings["optimizer"]
    if not owner and isinstance(settings["learning_rate"], ObjectSection):
        owner = "learning_rate"
    if isinstance(optimizer, ObjectSection) and is_object(optimizer.arguments.get("learning_rate")):
        owner = "optimizer"
    if not owner:
        return
    usual = TrainingSettings()
    others = (*(["learning_rate"] if owner == "optimizer" else []), "schedule", "unfreeze_epochs", "unfreeze_learning_rate")
    if given := next((name for name in others if settings[name] != getattr(usual, name)), None):
        raise ValueError(f"{owner} has its own schedule of the learning rate, which {given} would disturb; leave one of them out")
