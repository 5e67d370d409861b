"""Trains estimators with scikit-learn's interface by their own `fit`, once: one epoch for the study."""

from typing import Any

import numpy as np

from ..data.arrays import named
from ..errors import TrialError
from ..estimators import as_matrix, as_target, count_parameters
from ..experiment.objects import is_object
from .base import TrialRun
from .batching import rows
from .context import TrainingContext
from .sklearn_metrics import measure


def check(estimator: Any, context: TrainingContext) -> None:
    """Check that the experiment uses nothing that an estimator's own `fit` does not have; train nothing.

    Args:
        estimator: What the builder returned.
        context: The experiment and its arrays.

    Raises:
        TrialError: If a training setting except class_weight is searched, there are callbacks, or rows have weights that ``fit`` does not
            take; or the output has several labels, or several numbers and the estimator predicts one. Other fixed settings have no effect.
    """
    from sklearn.utils.validation import has_fit_parameter

    experiment, name = context.experiment, type(estimator).__name__
    searched = ", ".join(setting for setting in experiment.space.searched_training if setting != "class_weight")
    instead = "search an argument of the model under [space.model] instead"
    if searched:
        raise TrialError(f"[space.training] searches {searched}, but {experiment.model} returned a {name}, which trains by its own fit; {instead}")
    if experiment.champion.optimizer_state:
        raise TrialError(f"champion.optimizer_state is that of a Keras optimizer, but {experiment.model} returned a {name}; leave it out")
    if experiment.callbacks:
        raise TrialError(f"[[callbacks]] are called by Keras, but {experiment.model} returned a {name}, which trains by its own fit; remove them")
    training = dict(experiment.space.training)
    own = [key for key in ("loss", "optimizer", "learning_rate") if is_object(training[key])] + ["metrics"] * context.has_own_metrics
    own += ["outputs.loss" for head in context.heads.values() if is_object(head.loss)]
    if own:
        raise TrialError(f"{own[0]} names an object of Keras, but {experiment.model} returned a {name}, which trains by its own fit; leave it out")
    _check_no_classes(estimator, context)
    if context.is_weighted and not has_fit_parameter(estimator, "sample_weight"):
        raise TrialError(f"rows have weights (class_weight, sample_weight), which the fit() of {name} does not take; leave them out")
    if "multilabel" in named(context.arrays.task).values():
        raise TrialError(f"{name} is trained on one target of classes, but the output has several labels; use a network, or name one in [outputs]")
    if "probabilities" in named(context.arrays.task).values():
        raise TrialError(f"{name} is trained on one class a row, but the target has the probabilities of all; use a network")
    if max(array.ndim for array in named(context.arrays.y_train).values()) > len(("rows", "targets")):
        raise TrialError(f"{name} predicts rows, but the output has targets for each step of a sequence; use a network")
    n_columns = max(array.shape[1] for array in named(context.arrays.y_train).values())
    if n_columns > 1 and hasattr(estimator, "__sklearn_tags__") and not estimator.__sklearn_tags__().target_tags.multi_output:
        raise TrialError(f"{name} predicts one number, but the output has {n_columns} targets; wrap it in sklearn's MultiOutputRegressor")


def _check_no_classes(estimator: Any, context: TrainingContext) -> None:
    """Check that no parameter is about single classes: a classifier is trained on their numbers from 0, and not on their names."""
    if "regression" in named(context.arrays.task).values() or not hasattr(estimator, "get_params"):
        return
    for name, value in estimator.get_params().items():
        kind = name.rpartition("__")[2]
        if (kind == "class_weight" and isinstance(value, dict)) or (kind in ("priors", "constant") and value is not None):
            raise TrialError(
                f"{name} = {value} of {type(estimator).__name__} is about classes by their names or order, but it is trained on numbers from 0; "
                "leave it out, and weigh classes by class_weight of the data set"
            )


class SklearnTrainer:
    """Trains an estimator by its own `fit`."""

    def train(self, estimator: Any, run: TrialRun) -> None:
        """Fit an estimator in place and report its metrics on both parts; see `search.training.base.Trainer.train`.

        Args:
            estimator: An estimator; a classifier learns class numbers from 0.
            run: The trial.

        Raises:
            TrialError: If there are several targets, or a metric cannot be computed.
            DataError: If there are several inputs.
        """
        check(estimator, run.context)
        arrays, weights = run.context.arrays, run.context.weights(run.assignment.training)
        task, y_train, y_validation = arrays.task, arrays.y_train, arrays.y_validation
        if not isinstance(task, str) or isinstance(y_train, dict) or isinstance(y_validation, dict):
            raise TrialError(f"{type(estimator).__name__} predicts one target, but the experiment has {', '.join(task)}; keep one in [outputs]")
        options = {} if weights is None else {"sample_weight": weights}
        x_train, x_validation = (rows(x, slice(None)) for x in (arrays.x_train, arrays.x_validation))
        estimator.fit(as_matrix(x_train), as_target(y_train).astype(np.float64 if task == "regression" else np.int64), **options)
        head = run.context.heads[""]
        metrics = measure(estimator, x_train, y_train, head)
        validation = measure(estimator, x_validation, y_validation, head)
        run.progress.end_epoch(metrics | {f"val_{name}": value for name, value in validation.items()}, list)
        run.n_parameters = count_parameters(estimator)
        run.measure(estimator)

    def prepare_to_save(self, estimator: Any, run: TrialRun) -> None:
        """Do nothing: an estimator has one epoch."""
