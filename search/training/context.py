"""The experiment and its arrays, with what every part of training derives from both."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ..data.arrays import Array, TrainingArrays, by_name, named
from ..experiment.file import Experiment
from ..experiment.settings import TrainingSettings
from .batching import n_rows
from .initial import InitialWeights, read_initial
from .metrics import Head, logged_names, make_heads
from .weights import balanced, weighs_classes


@dataclass(frozen=True, eq=False)
class TrainingContext:
    """What all trials of an experiment share in one process.

    Attributes:
        experiment: The experiment, whose objective fits the task of the arrays (`search.training.metrics.check_metrics`).
        arrays: The preprocessed training and validation parts.
    """

    experiment: Experiment
    arrays: TrainingArrays

    @cached_property
    def heads(self) -> Mapping[str, Head]:
        """Task, loss, metrics and scaling of each output as it is trained, by output name; a single output is named ``""``."""
        heads = make_heads(self.experiment, self.arrays.task, self.arrays.scalings)
        has_logits = self.experiment.space.logits
        return {name: replace(head, from_logits=has_logits and head.task != "regression") for name, head in heads.items()}

    @cached_property
    def target_ranges(self) -> Mapping[str, tuple[float, float]]:
        """The smallest and the largest target of the training part, as the loss has them, by output name."""
        return {name: (float(target.min()), float(target.max())) for name, target in named(self.arrays.y_train).items()}

    @cached_property
    def initial(self) -> InitialWeights | None:
        """The weights that trials start from; None for those of the builder."""
        return read_initial(self.experiment.initial, self.arrays.initial)

    @cached_property
    def logged_names(self) -> list[str]:
        """The names that Keras logs at every epoch, without ``val_``, the loss first."""
        return logged_names(self.experiment, self.arrays.task)

    @cached_property
    def has_own_metrics(self) -> bool:
        """Whether any metric is an object by reference."""
        return any(head.own for head in self.heads.values())

    @cached_property
    def n_train(self) -> int:
        """Number of rows of the training part."""
        return n_rows(self.arrays.x_train)

    @cached_property
    def n_validation(self) -> int:
        """Number of rows of the validation part."""
        return n_rows(self.arrays.x_validation)

    @cached_property
    def is_single(self) -> bool:
        """Whether models have one input and one output, and the experiment has no ``[outputs]``."""
        return isinstance(self.arrays.task, str) and not isinstance(self.arrays.x_train, dict) and not self.experiment.outputs

    @property
    def is_weighted(self) -> bool:
        """Whether rows have weights in the loss of any trial."""
        return self.arrays.sample_weight is not None or weighs_classes(self.experiment)

    def weights(self, settings: TrainingSettings) -> Array | None:
        """Return the weight of each training row in the loss, float32, ``(n_train,)``: its own times its class's; None if all count alike."""
        own = self.arrays.sample_weight
        if settings.class_weight == "none":
            return own
        return self._balanced if own is None else self._balanced * own

    @cached_property
    def _balanced(self) -> Array:
        return balanced(self.arrays.y_train)

    def n_steps(self, settings: TrainingSettings) -> int:
        """Return the number of gradient steps of an epoch."""
        return math.ceil(self.n_train / settings.batch_rows(self.n_train))

    def is_of_same_data(self, other: "TrainingContext") -> bool:
        """Return whether another context is of the same experiment, and of the same arrays or another fold of them."""
        return self.experiment is other.experiment and (self.arrays is other.arrays or self.experiment.evaluation.folds > 1)

    @cached_property
    def program_key(self) -> Hashable:
        """The same for contexts of one experiment that share compiled programs: their arrays differ in values only."""
        trees = self.arrays.trees.values()
        shapes = tuple(tuple((name, array.shape, str(array.dtype)) for name, array in by_name(tree).items()) for tree in trees)
        return shapes, tuple(sorted(self.arrays.scalings.items()))  # metrics in a target's own units have its scaling as constants
