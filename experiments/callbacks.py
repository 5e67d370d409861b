"""Callbacks that an experiment file can name, as examples of a user's own."""

import keras


class ValidationTrainingRatio(keras.callbacks.Callback):
    """Prints after each epoch the ratio of a metric's validation value to its training value.

    A ratio that grows far above 1 is overfitting. It is printed into the worker's log, or on the terminal with
    ``--executor in-process``, and recorded with the epoch's metrics as ``val_train_ratio``.

    Args:
        metric: Name of the metric, without "val_". Defaults to "loss".
    """

    def __init__(self, metric: str = "loss") -> None:
        super().__init__()
        self.metric = metric

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Print and record the ratio; it is NaN if the training value is 0."""
        logs = {} if logs is None else logs
        training = logs[self.metric]
        logs["val_train_ratio"] = logs[f"val_{self.metric}"] / training if training else float("nan")
        print(f"epoch {epoch + 1}: validation/training {self.metric} {logs['val_train_ratio']:.2f}")


def warm_up(epoch: int, learning_rate: float) -> float:
    """Raise the learning rate linearly over the first five epochs: a schedule for `keras.callbacks.LearningRateScheduler`.

    Args:
        epoch: The epoch, from 0.
        learning_rate: Learning rate of the epoch before; at epoch 0 that of the experiment, above 0.

    Returns:
        The learning rate of this epoch: a fifth of the experiment's at epoch 0, all of it from the fifth epoch on.
    """
    if epoch == 0:
        return learning_rate / 5
    return learning_rate * (epoch + 1) / epoch if epoch < 5 else learning_rate
