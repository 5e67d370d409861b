"""Finds the search space of a builder of Keras Tuner, in a process of its own with the backend, before its study is opened."""

from collections.abc import Callable
from typing import get_args

from ..errors import ExperimentError
from ..experiment.file import Experiment
from ..experiment.hp_builders import names_hp_builder
from ..experiment.objectives import ObjectiveSection
from ..experiment.objects import names_of
from ..experiment.reference_checks import check_references
from ..experiment.settings import OF_COMPILE
from ..experiment.space import FitSetting, Space, fixed
from ..experiment.together import check_together
from ..store import Store
from ..training.discovered import Discovered
from .backend_process import call_with_backend
from .drawn_models import load_context


def with_hp_space(experiment: Experiment, store: Store | None = None, on_note: Callable[[str], None] = lambda _: None) -> Experiment:
    """Return an experiment with the hyperparameters that its builder asks an object ``hp`` for, and with loss and metrics of its ``compile()``.

    Args:
        experiment: The experiment. It is returned as it is if its objective is a function, if its builder has no parameter ``hp``, or if it
            refuses other hyperparameters than those in ``[space.model]``; plain values there fix hyperparameters of the builder.
        store: The local store, for a registered model of ``[initial]``. Defaults to ``mlruns/`` in the working directory.
        on_note: Called with what was found, as a sentence. Defaults to doing nothing.

    Raises:
        ExperimentError: If no model can be built, a hyperparameter cannot be searched, or a setting is in ``[space.training]`` and in ``compile()``.
        InputError: If the process ends.
    """
    given = experiment.space
    has_hp = not experiment.function and names_hp_builder(experiment.model)
    if given.new_entries is not None and not has_hp:
        raise ExperimentError(f'space.new_entries = "{given.new_entries}" is for builders with a parameter hp or trial; leave it out')
    if not has_hp or (given.new_entries or ("refuse" if given.searched_model else "search")) == "refuse":
        return experiment
    check_references(experiment)
    variables = {"CUDA_VISIBLE_DEVICES": "", "MLFLOW_TRACKING_URI": (store or Store()).tracking_uri}  # nothing is trained
    found: Discovered = call_with_backend(f"{__name__}:{discovered.__name__}", experiment, variables)
    _check_twice(experiment, found)
    space = experiment.space.model_dump(mode="json") | {"model": dict(found.entries), "compiled": found.is_compiled, "own_fit": found.own_fit}
    if found.is_compiled:
        space["training"] = {**space["training"], "loss": found.loss}
    first, *others = experiment.objectives
    known = (*names_of(first.metrics), first.metric.removeprefix("val_"), "accuracy", "loss")
    new = [metric for metric in found.metrics if not isinstance(metric, str) or metric not in known]
    first = ObjectiveSection.model_validate(first.model_dump() | {"metrics": [*first.metrics, *new]})
    compiled = "; optimizer and loss are those of its compile()" if found.is_compiled else ""
    on_note(f"{experiment.model} asks for {', '.join(found.entries) or 'no hyperparameter'}{compiled}")
    changes = {"space": Space.model_validate(space), "written_objectives": [first, *others] if others else first}
    completed = experiment.model_copy(update=changes)
    try:
        check_together(completed)
    except ValueError as error:
        raise ExperimentError(str(error)) from None
    return completed


def _check_twice(experiment: Experiment, found: Discovered) -> None:
    """Check that nothing is decided by the experiment and by the builder.

    Raises:
        ExperimentError: If it is.
    """
    written = experiment.space.training.model_fields_set
    if found.is_compiled and (twice := sorted(written.intersection(OF_COMPILE))):
        raise ExperimentError(f"space.training.{twice[0]} is in the compile() of {experiment.model} too; leave it out of one of them")
    if found.own_fit is not None and (own := sorted(written.intersection(get_args(FitSetting)).difference(found.own_fit))):
        raise ExperimentError(f"space.training.{own[0]} is in the fit() of {experiment.model} too; leave it out of one of them")


def discovered(experiment: Experiment) -> Discovered:
    """Return what a builder asks for, by building models in this process, which imports the backend.

    Args:
        experiment: The experiment.

    Raises:
        ExperimentError: As `with_hp_space`.
    """
    from ..experiment.references import named_arguments, resolve
    from ..training.hp_discovery import Written, discover
    from ..training.hp_fits import TriedFit
    from ..training.model.building import hp_arguments
    from ..training.model.hyperparameters import own_fit_of, to_function

    builder, space = resolve(experiment.model), experiment.space
    function, has_fit = to_function(builder), own_fit_of(builder) is not None
    shapes = named_arguments(function, dict.fromkeys(("input_shape", "task", "n_outputs", "n_steps", "vocabulary_size")))
    context = load_context(experiment) if shapes or has_fit else None
    arguments = hp_arguments(function, context.arrays, 0) if context and shapes else named_arguments(function, {"seed": 0, "random_state": 0})
    is_tunable = getattr(getattr(function, "__self__", None), "tunable", True)
    has_defaults = (space.new_entries or ("search" if is_tunable else "default")) == "default"
    entries = {name: entry.model_dump(mode="json", exclude_defaults=True) for name, entry in space.searched_model.items()}
    written = Written(fixed(space.model), entries, space.searched, has_defaults)
    fit = TriedFit(context) if context and has_fit else None
    return discover(function, written, arguments, f'model = "{experiment.model}"', fit)
