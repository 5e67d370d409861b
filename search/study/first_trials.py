"""What a search tries first: the hyperparameters of ``search.first``, and the best ones of earlier studies, ``search.learn_from``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ledger as ledgers
from ..errors import ExperimentError
from ..experiment.file import Experiment
from ..experiment.first_trials import N_BEST, to_params
from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from ..ledger import Ledger, StudyView
from ..store import Store

_LEARNT = "learnt_from"


@dataclass(frozen=True)
class FirstTrial:
    """A trial that a search tries first.

    Attributes:
        params: Its hyperparameters, as far as they are given.
        source: What they are from; two of the same source are one trial.
        note: What the user should know about it; empty for nothing.
    """

    params: Mapping[str, Value]
    source: Any
    note: str = ""


def first_trials(experiment: Experiment, store: Store, ledger: Ledger) -> list[FirstTrial]:
    """Return the trials that a search tries first; of an earlier study only those that it had when this one learnt from it.

    Args:
        experiment: The experiment.
        store: The local store, which has the earlier studies.
        ledger: The study.

    Raises:
        StudyNotFoundError: If there is no study of a name.
        ExperimentError: If it is this study.
    """
    space = experiment.space.searched
    given = [FirstTrial(experiment.to_params(entry), {"search.first": dict(entry)}) for entry in experiment.search.first]
    new = [study for study in experiment.search.learn_from if study not in (ledger.attribute(_LEARNT) or [])]
    return [*given, *(trial for study in new for trial in _best_of(study, space, store, ledger.name))]


def _best_of(study: str, space: SearchSpace, store: Store, name: str) -> Iterator[FirstTrial]:
    if study == name:
        raise ExperimentError(f'search.learn_from: "{study}" is this study; name earlier ones, such as "{study}.1"')
    view = ledgers.read(store, study)
    try:
        ranking = view.ranking(N_BEST)
        yield from (_learnt(view, number, space) for number, _ in ranking)
        if not ranking:
            yield FirstTrial({}, None, f"there is nothing to learn from {study}: it has no complete trial")
    finally:
        view.close()


def _learnt(view: StudyView, number: int, space: SearchSpace) -> FirstTrial:
    """Return what of an earlier study's trial is in a space."""
    known = view.record(number).params
    params: dict[str, Value] = {}
    for name in space:  # what others depend on comes first
        if name in known:
            try:
                params |= to_params(space, params | {name: known[name]})
            except ValueError:
                continue
    left_out = sorted(known.keys() - params.keys())
    shown = f" without {', '.join(left_out)}, which are not in this space" if left_out else ""
    if not params:
        return FirstTrial({}, None, f"there is nothing to learn from trial {number} of {view.name}: none of its hyperparameters is in this space")
    return FirstTrial(params, {"study": view.name, "trial": number}, f"trial {number} of {view.name} is tried first{shown}")


def enqueue(ledger: Ledger, trials: list[FirstTrial]) -> Iterator[str]:
    """Enqueue those trials that the study does not have yet, and yield their notes."""
    for trial in trials:
        if (not trial.params or enqueue_params(ledger, trial.params, trial.source) is not None) and trial.note:
            yield trial.note


def note_learnt(ledger: Ledger, experiment: Experiment) -> None:
    """Write down which studies were learnt from, so that they may be removed, or go on."""
    if experiment.search.learn_from:
        ledger.set_attribute(_LEARNT, sorted({*(ledger.attribute(_LEARNT) or []), *experiment.search.learn_from}))


def enqueue_params(ledger: Ledger, params: Mapping[str, Value], source: Any) -> int | None:
    """Enqueue a trial; what is not given is random if there are rules, and else the sampler's choice.

    Returns:
        The trial's number; None if there is one of this source.
    """
    return ledger.enqueue(_completed(ledger.experiment.space.searched, params, len(ledger.records())), source)


def _completed(space: SearchSpace, params: Mapping[str, Value], seed: int) -> Mapping[str, Value]:
    """Return given hyperparameters, with random ones in place of the others if there are rules, which the sampler's choice might break."""
    return (space.completed(params, np.random.default_rng(seed)) if space.rules else None) or params
