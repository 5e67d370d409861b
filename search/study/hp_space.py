"""Finds the search space of a builder of Keras Tuner, in a process of its own with the backend, before its study is opened."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import ExperimentError
from ..experiment.file import Experiment
from ..experiment.hp_builders import names_hp_builder
from ..experiment.objectives import ObjectiveSection
from ..experiment.reference_checks import check_references
from ..experiment.settings import OF_COMPILE
from ..experiment.space import Space, fixed
from .backend_process import call_with_backend
from .drawn_models import load_context

if TYPE_CHECKING:
    from ..training.hp_discovery import Discovered


def with_hp_space(experiment: Experiment, on_note: Callable[[str], None] = lambda _: None) -> Experiment:
    """Return an experiment with the hyperparameters that its builder asks an object ``hp`` for, and with loss and metrics of its ``compile()``.

    Args:
        experiment: The experiment. It is returned as it is if its objective is a function, if its builder has no parameter ``hp``, or if
            hyperparameters are searched in ``[space.model]``; plain values there fix hyperparameters of the builder.
        on_note: Called with what was found, as a sentence. Defaults to doing nothing.

    Raises:
        ExperimentError: If no model can be built, a hyperparameter cannot be searched, or a setting is in ``[space.training]`` and in ``compile()``.
        InputError: If the process ends.
    """
    if experiment.function or experiment.space.searched_model or not names_hp_builder(experiment.model):
        return experiment
    check_references(experiment)
    found: Discovered = call_with_backend(f"{__name__}:{discovered.__name__}", experiment, {"CUDA_VISIBLE_DEVICES": ""})  # nothing is trained
    twice = sorted(experiment.space.training.model_fields_set.intersection(OF_COMPILE)) if found.is_compiled else []
    if twice:
        raise ExperimentError(f"space.training.{twice[0]} is in the compile() of {experiment.model} too; leave it out of one of them")
    space = experiment.space.model_dump(mode="json") | {"model": dict(found.entries), "compiled": found.is_compiled}
    if found.is_compiled:
        space["training"] = {**space["training"], "loss": found.loss}
    first, *others = experiment.objectives
    new = [name for name in found.metrics if name not in (*first.metrics, first.metric.removeprefix("val_"), "accuracy", "loss")]
    first = ObjectiveSection.model_validate(first.model_dump() | {"metrics": [*first.metrics, *new]})
    compiled = "; optimizer and loss are those of its compile()" if found.is_compiled else ""
    on_note(f"{experiment.model} asks for {', '.join(found.entries) or 'no hyperparameter'}{compiled}")
    changes = {"space": Space.model_validate(space), "written_objectives": [first, *others] if others else first}
    return experiment.model_copy(update=changes)


def discovered(experiment: Experiment) -> "Discovered":
    """Return what a builder asks for, by building models in this process, which imports the backend.

    Args:
        experiment: The experiment.

    Raises:
        ExperimentError: As `with_hp_space`.
    """
    from ..experiment.references import named_arguments, resolve
    from ..training.hp_discovery import discover
    from ..training.model.building import hp_arguments
    from ..training.model.hyperparameters import to_function

    function = to_function(resolve(experiment.model))
    shapes = named_arguments(function, dict.fromkeys(("input_shape", "task", "n_outputs")))
    arguments = hp_arguments(function, load_context(experiment).arrays, 0) if shapes else named_arguments(function, {"seed": 0, "random_state": 0})
    return discover(function, fixed(experiment.space.model), arguments, f'model = "{experiment.model}"')
