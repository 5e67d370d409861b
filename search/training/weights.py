"""Weights of training rows in the loss, and the check that an experiment's data have classes to weigh.

This module imports no Keras.
"""

import numpy as np

from ..data.arrays import Array, Tasks, Tree, named
from ..errors import ExperimentError
from ..experiment.file import Experiment


def weighs_classes(experiment: Experiment) -> bool:
    """Return whether any trial weighs classes."""
    return bool(experiment.space.training.model_dump().get("class_weight", "none") != "none")


def check_class_weight(experiment: Experiment, task: Tasks) -> None:
    """Check that there is one target of classes if trials weigh them.

    Args:
        experiment: The experiment.
        task: Task of the target, by output name if there are several.

    Raises:
        ExperimentError: If the target is a regression's, or there are several targets.
    """
    if not weighs_classes(experiment) or task in ("binary", "multiclass"):
        return
    given = f'the task is "{task}"' if isinstance(task, str) else f"there are several outputs, {', '.join(task)}"
    raise ExperimentError(f"space.training.class_weight weighs the classes of one target, but {given}; leave it out")


def balanced(target: Tree) -> Array:
    """Return the weights with which all classes count alike, `sklearn.utils.class_weight.compute_sample_weight`.

    Args:
        target: Class numbers, ``(n_rows, 1)``.

    Returns:
        ``n_rows / (n_classes * count)`` of each row's class, float32, ``(n_rows,)``.
    """
    from sklearn.utils.class_weight import compute_sample_weight

    [classes] = named(target).values()
    return np.asarray(compute_sample_weight("balanced", np.ravel(classes)), np.float32)
