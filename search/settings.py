"""How one trial is trained: the keys of ``[space.training]``, each with its type, range and default.

It holds values only; `search.training` turns them into Keras objects.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Optimizer = Literal["sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "adamax", "nadam", "lion", "ftrl", "adafactor", "muon"]
Schedule = Literal["constant", "step", "exponential", "cosine", "plateau"]
Loss = Literal[
    "mean_squared_error",
    "mean_absolute_error",
    "root_mean_squared_error",
    "huber",
    "log_cosh",
    "poisson",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "hinge",
    "squared_hinge",
]


class TrainingSettings(BaseModel):
    """The training of one trial.

    Attributes:
        epochs: How many times the training part is gone through, at most. Defaults to 100.
        batch_size: Rows per gradient step, 1 to 8192; the last batch of an epoch may be smaller. Defaults to 32.
        optimizer: Keras' name of the optimizer. Defaults to "adam".
        learning_rate: Step size at the first epoch, above 0. Defaults to 0.001.
        momentum: Momentum of sgd and rmsprop, 0 to below 1. Defaults to 0.
        nesterov: Whether sgd's momentum is Nesterov's. Defaults to false.
        weight_decay: Decoupled weight decay per step, at least 0; 0 leaves it off. Defaults to 0.
        clipnorm: Largest norm of each gradient; 0 leaves it off. Defaults to 0.
        loss: Keras' name of the loss; "auto" follows from the task: binary_crossentropy,
            sparse_categorical_crossentropy or mean_squared_error. Defaults to "auto".
        label_smoothing: Smoothing of the binary and categorical cross-entropy, 0 to below 1. Defaults to 0.
        schedule: How the learning rate changes from epoch to epoch. "step" multiplies it by decay_rate every
            decay_epochs epochs, "exponential" does so smoothly, "cosine" goes to 0 at the last epoch, "plateau"
            multiplies it when the objective has not improved for decay_epochs epochs. Defaults to "constant".
        decay_rate: The schedule's factor, above 0 to 1. Defaults to 0.5.
        decay_epochs: The schedule's interval in epochs. Defaults to 10.
        patience: Early stopping: epochs without improvement of the objective before training ends; 0 leaves it off.
            Defaults to 0.
        min_delta: Smallest change that is an improvement, at least 0. Defaults to 0.
        restore_best_weights: Whether the model keeps the weights of its best epoch. Defaults to true.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=False)

    epochs: Annotated[int, Field(ge=1)] = 100
    batch_size: Annotated[int, Field(ge=1, le=8192)] = 32
    optimizer: Optimizer = "adam"
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    clipnorm: Annotated[float, Field(ge=0)] = 0.0
    loss: Literal["auto"] | Loss = "auto"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    schedule: Schedule = "constant"
    decay_rate: Annotated[float, Field(gt=0, le=1)] = 0.5
    decay_epochs: Annotated[int, Field(ge=1)] = 10
    patience: Annotated[int, Field(ge=0)] = 0
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    restore_best_weights: bool = True
