"""Finds the learning rates of ``from = "range test"`` before a study's first trial; a study that exists keeps those it has."""

from collections.abc import Callable

from ..errors import ExperimentError, StudyNotFoundError
from ..experiment.file import Experiment
from ..experiment.parameters import FloatParameter
from ..experiment.space import Space
from ..store import Store
from .backend_process import call_with_backend
from .rate_range import RateRange, find_rates
from .resuming import stored_experiment

_N_MODELS = 3


def with_tested_rates(
    experiment: Experiment, store: Store, name: str, on_note: Callable[[str], None] = lambda _: None, *, fresh: bool = False
) -> Experiment:
    """Return an experiment with a range of learning rates in place of ``from = "range test"``; any other as it is.

    The range has the learning rates of ``prior`` and ``[[search.first]]`` too.

    Args:
        experiment: The experiment.
        store: The local store.
        name: The study's name.
        on_note: Called with what was found, as a sentence. Defaults to doing nothing.
        fresh: Whether the study begins anew, so that models are tested. Defaults to False.

    Raises:
        ExperimentError: If no model can be trained, or the loss falls at no rate.
        InputError: If the experiment or its data cannot be used.
    """
    rate = None if experiment.function else experiment.space.searched.get("learning_rate")
    if not isinstance(rate, FloatParameter) or rate.from_ is None:
        return experiment
    known = None if fresh else _known_range(store, name)
    if known is None:
        known = _tested(experiment, store)
        on_note(f"learning_rate is searched from {known[0]:g} to {known[1]:g}, as a range test proposes")
    given = [first["learning_rate"] for first in experiment.search.first if isinstance(first.get("learning_rate"), int | float)]
    given += [] if rate.expected is None else [rate.expected.value]
    low, high = min(known[0], *given), max(known[1], *given)  # what is thought good is searched too
    space = experiment.space.model_dump(mode="json")
    found = {**{key: value for key, value in space["training"]["learning_rate"].items() if key != "from"}, "low": low, "high": high}
    space["training"] = {**space["training"], "learning_rate": found}
    return experiment.model_copy(update={"space": Space.model_validate(space)})


def tested_rates(experiment: Experiment) -> tuple[float, float] | None:
    """Return the lowest and the highest learning rate to search, by training models in this process; None if the loss falls at none.

    Raises:
        InputError: As `search.study.rate_range.find_rates`.
    """
    found: RateRange = find_rates(experiment, _N_MODELS)
    return found.proposed


def _tested(experiment: Experiment, store: Store) -> tuple[float, float]:
    found: tuple[float, float] | None = call_with_backend(
        f"{__name__}:{tested_rates.__name__}", experiment, {"MLFLOW_TRACKING_URI": store.tracking_uri}
    )
    if found is None:
        raise ExperimentError(
            "space.training.learning_rate: the loss falls at no rate of the range test; look at the data and the model, "
            'or write low and high in place of from = "range test"'
        )
    return found


def _known_range(store: Store, name: str) -> tuple[float, float] | None:
    """Return the range of learning rates of a study; None if there is no such study, or none is searched."""
    try:
        rate = stored_experiment(store, name).space.searched.get("learning_rate")
    except StudyNotFoundError:
        return None
    return (rate.low, rate.high) if isinstance(rate, FloatParameter) else None
