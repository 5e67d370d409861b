"""Builds a trial's model with the experiment's model builder."""

from collections.abc import Mapping
from typing import Any, Protocol

import keras

from ...data.arrays import Tasks, named, unnamed
from ...errors import TrialError
from ...estimators import is_estimator
from ...experiment.arguments import resolve_arguments
from ...experiment.estimator_parameters import copy_with, parameter_names
from ...experiment.file import Experiment
from ...experiment.initial import InitialSection
from ...experiment.references import accepted_arguments, named_arguments, resolve
from ...experiment.settings import Precision
from ...user_code import user_code
from ..batching import rows
from ..context import TrainingContext
from .hyperparameters import build_with, takes_hp, to_function
from .initial import start
from .names import check_inputs
from .precision import computing_in
from .probabilities import check_logits
from .seeding import set_seeds


class Facts(Protocol):
    """What a builder may receive about the data."""

    @property
    def input_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """Shape of a row, by input name where there are several."""
        ...

    @property
    def task(self) -> Tasks:
        """Task of the target, by output name where there are several."""
        ...

    @property
    def n_outputs(self) -> int | Mapping[str, int]:
        """Units of the output layer, by output name where there are several."""
        ...

    @property
    def output_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """Shape of the target of a row, by output name where there are several."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Number of different words' numbers in the features; 0 if there are no words."""
        ...


def build_model(context: TrainingContext, arguments: Mapping[str, Any], seed: int, precision: Precision) -> Any:
    """Build a Keras model, or an estimator with scikit-learn's interface; an estimator as it is is copied.

    Args:
        context: The experiment, for the builder's reference, and its arrays, for what a builder receives besides its arguments.
        arguments: The builder's arguments from the experiment; they have precedence.
        seed: Seed of weights and dropout.
        precision: Keras' dtype policy.

    Raises:
        TrialError: If the builder returns neither, or the weights or layers of ``[initial]`` are not those of the model.
    """
    initial = context.experiment.initial
    _ = context.initial  # before the seeds are set: reading a model makes layers, which draw numbers
    set_seeds(seed)
    with computing_in(precision), user_code():
        model = call_builder(context.experiment, arguments, context.arrays, seed)
    if not isinstance(model, keras.Model) and not is_estimator(model):
        expected = "expected keras.Model, or what has scikit-learn's fit and predict" + ("; is a return missing?" if model is None else "")
        raise TrialError(f"{context.experiment.model} returned {type(model).__name__}, {expected}")
    check_logits(model, context)
    if initial != InitialSection():
        _start(model, context, precision)
    return model


def call_builder(experiment: Experiment, arguments: Mapping[str, Any], facts: Facts, seed: int) -> Any:
    """Return what the experiment's builder returns, or a copy of its estimator.

    Args:
        experiment: The experiment, for the builder's reference.
        arguments: The builder's arguments from the experiment; they have precedence.
        facts: What a builder receives besides them.
        seed: Seed of a builder that asks for one.
    """
    builder = resolve(experiment.model)
    if takes_hp(builder):
        function = to_function(builder)
        return build_with(function, arguments, hp_arguments(function, facts, seed))
    arguments = resolve_arguments(accepted(builder, arguments, experiment), "[space.model]")
    if is_estimator(builder):
        return copy_with(builder, arguments, seed)
    return builder(**{**accepted_arguments(builder, provided(facts)), **named_arguments(builder, seeds(seed)), **arguments})


def _start(model: Any, context: TrainingContext, precision: Precision) -> None:
    """Set start weights, and freeze layers."""
    if is_estimator(model):
        raise TrialError(f"[initial] is about Keras models, but {context.experiment.model} returned {type(model).__name__}; leave it out")
    if not model.built:
        x = rows(context.arrays.x_train, slice(1))
        check_inputs(model, x)
        with computing_in(precision):
            model(x, training=False)
    start(model, context)


def hp_arguments(function: Any, facts: Facts, seed: int) -> dict[str, object]:
    """Return what a builder of Keras Tuner receives beside ``hp``, if its signature names it."""
    return named_arguments(function, {**provided(facts), **seeds(seed)})


def accepted(builder: Any, arguments: Mapping[str, Any], experiment: Experiment) -> dict[str, Any]:
    """Return arguments without those that only say how long a list is, if the builder does not have them."""
    counts = {name: value for name, value in arguments.items() if name in experiment.space.counts}
    others = {name: value for name, value in arguments.items() if name not in counts}
    if is_estimator(builder):
        return others | {name: counts[name] for name in counts.keys() & parameter_names(builder)}
    return others | accepted_arguments(builder, counts)


def provided(facts: Facts) -> dict[str, object]:
    """Return what a builder receives if its signature names it or has ``**kwargs``."""
    given: dict[str, object] = {"input_shape": facts.input_shape, "task": facts.task, "n_outputs": facts.n_outputs}
    steps = {name: shape[0] for name, shape in named(facts.output_shape).items() if len(shape) > 1}
    given |= {"n_steps": unnamed(steps)} if steps else {}
    return given | ({"vocabulary_size": facts.vocabulary_size} if facts.vocabulary_size else {})


def seeds(seed: int) -> dict[str, object]:
    """Return what a builder receives only if its signature names it: Keras is seeded already."""
    return {"seed": seed, "random_state": seed}
