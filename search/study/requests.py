"""What is asked of a search from outside: to try hyperparameters, to pause, to stop.

Another process sends a request; the search takes it up when its next trial starts or its next epoch ends.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import ledger as ledgers
from ..errors import InputError, StudyBusyError
from ..experiment.parameters import Value
from ..experiment.population import SAMPLERS
from ..ledger import Ledger, StudyView
from ..store import Store
from ..trial import TrialState
from .first_trials import enqueue_params

STOPPED = "perceptune stop has ended it"
PAUSE, STOP, STOP_TRIAL, ENQUEUE, EXCLUDE = "pause", "stop", "stop trial", "enqueue", "exclude"


class EndRequested(KeyboardInterrupt):
    """The search was asked to pause or to stop; what runs in this process ends as after Ctrl-C.

    Attributes:
        kind: `PAUSE` or `STOP`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Exclusion:
    """What came of the exclusion of a trial.

    Attributes:
        is_running: Whether the running search takes it up.
        before: The best trial before; None if there was none.
        best: The best trial now; None if there is none, or the search runs.
    """

    is_running: bool
    before: int | None
    best: int | None


@dataclass
class Inbox:
    """Takes up the requests to a search.

    Attributes:
        ledger: The study.
        keeps_workers: Whether workers are needed after the search, so that running trials end before it stops.
        is_stopped: Whether no more trials may start.
        stopped_trials: Numbers of the trials that end at their next epoch, or at once if they are paused.
    """

    ledger: Ledger
    keeps_workers: bool
    is_stopped: bool = False
    stopped_trials: set[int] = field(default_factory=set)

    def check(self) -> None:
        """Take up new requests.

        Raises:
            EndRequested: If the search is to pause or to stop at once.
        """
        ends = [request["kind"] for request in self.ledger.requests.receive() if self._take_up(request)]
        if STOP in ends and self.keeps_workers:
            self.is_stopped = True
        elif ends:
            raise EndRequested(STOP if STOP in ends else PAUSE)

    def _take_up(self, request: Mapping[str, Any]) -> bool:
        """Enqueue, exclude or stop a trial, or return whether the search is to end."""
        if request["kind"] == ENQUEUE:
            enqueue_params(self.ledger, request["params"], request["source"])
        if request["kind"] == EXCLUDE:
            self.ledger.exclude(request["trial"], request["reason"])
        if request["at"] < self.ledger.opened_at:  # it was asked of another run
            return False
        if request["kind"] == STOP_TRIAL:
            self.stopped_trials.add(request["trial"])
        return request["kind"] in (PAUSE, STOP)


def enqueue_trial(store: Store, name: str, given: Mapping[str, Value | list[Value]]) -> int | None:
    """Let a study try hyperparameters before it proposes new ones.

    Args:
        store: The local store.
        name: The study's name.
        given: The hyperparameters, as `search.experiment.first_trials.to_params` takes them.

    Returns:
        The trial's number; None if the running search gives it one.

    Raises:
        StudyNotFoundError: If the study does not exist.
        InputError: If the study cannot try them.
    """
    view = ledgers.read(store, name)
    try:
        _check_can_enqueue(view)
        params = view.experiment.to_params(given)
    except ValueError as error:
        raise InputError(f'Study "{name}" cannot try this: {error}') from None
    finally:
        view.close()
    source = {"enqueue": dict(given), "at": time.time_ns()}
    try:
        ledger = ledgers.open_for_repair(store, name)
    except StudyBusyError:
        _send(store, name, {"kind": ENQUEUE, "params": params, "source": source})
        return None
    try:
        return enqueue_params(ledger, params, source)
    finally:
        ledger.close()


def exclude_trial(store: Store, name: str, number: int, reason: str | None) -> Exclusion:
    """Exclude a finished or paused trial of a study from what samplers know and from being the best one, or include it again.

    Args:
        store: The local store.
        name: The study's name.
        number: The trial.
        reason: Why it is excluded; None to include it again.

    Returns:
        What came of it.

    Raises:
        StudyNotFoundError: If the study or the trial does not exist.
        InputError: If the trial has not finished and is not paused, or is not excluded and cannot be included.
    """
    view = ledgers.read(store, name)
    try:
        record, before = view.find(number), view.best[0] if view.best else None
        if reason is None and number not in view.excluded:
            raise InputError(f'Trial {number} of study "{name}" is not excluded; {_listed(view.excluded)}')
    finally:
        view.close()
    if record.known is None:
        advice = f"; perceptune stop {name} {number} ends it" if record.state is TrialState.RUNNING else ""
        raise InputError(f'Trial {number} of study "{name}" is {record.state}, and has not finished{advice}')
    try:
        ledger = ledgers.open_for_repair(store, name)
    except StudyBusyError:
        _send(store, name, {"kind": EXCLUDE, "trial": number, "reason": reason})
        return Exclusion(is_running=True, before=before, best=None)
    try:
        ledger.exclude(number, reason)
        best = ledger.best[0] if ledger.best else None
        if best != before:
            ledger.set_attribute("tracked", None)  # the next run registers another model
        return Exclusion(is_running=False, before=before, best=best)
    finally:
        ledger.close()


def _listed(excluded: Mapping[int, str]) -> str:
    return f"excluded are {', '.join(map(str, sorted(excluded)))}" if excluded else "none of its trials is excluded"


def _check_can_enqueue(view: StudyView) -> None:
    if (sampler := view.experiment.search.sampler) in SAMPLERS:
        raise InputError(f'Study "{view.name}" has sampler "{sampler}", whose trials continue others; [[search.first]] gives settings to begin with')
    _check_is_free(view, "enqueued")
    if "." in view.name:
        raise InputError(f'Study "{view.name}" is archived, and does not go on; name the newer one')


def _check_is_free(view: StudyView, done: str) -> None:
    if view.experiment.search.reproducible:
        raise InputError(f'Study "{view.name}" is reproducible: its trials follow from its seed, so that none can be {done}')


def ask_to_end(store: Store, name: str, kind: str) -> None:
    """Ask those that run a study to pause or to stop.

    Args:
        store: The local store.
        name: The study's name.
        kind: `PAUSE` or `STOP`.

    Raises:
        StudyNotFoundError: If the study does not exist.
        InputError: If nobody runs it.
    """
    ledgers.read(store, name).close()
    if not ledgers.is_running(store, name):
        raise InputError(f'Study "{name}" does not run; see perceptune studies')
    _send(store, name, {"kind": kind})


def ask_to_stop_trial(store: Store, name: str, number: int) -> None:
    """Ask those that run a study to end one trial that runs or is paused, which is PRUNED then.

    Args:
        store: The local store.
        name: The study's name.
        number: The trial.

    Raises:
        StudyNotFoundError: If the study or the trial does not exist.
        InputError: If the study does not run, or the trial neither runs nor is paused.
    """
    view = ledgers.read(store, name)
    try:
        _check_is_free(view, "stopped")
        state = view.find(number).state
    finally:
        view.close()
    if not ledgers.is_running(store, name):
        raise InputError(f'Study "{name}" does not run; see perceptune studies')
    if state not in (TrialState.RUNNING, TrialState.PAUSED):
        raise InputError(f'Trial {number} of study "{name}" is {state}, and does not run; see perceptune trials {name}')
    _send(store, name, {"kind": STOP_TRIAL, "trial": number})


def _send(store: Store, name: str, request: Mapping[str, Any]) -> None:
    with ledgers.requests_to(store, name) as requests:
        requests.send(request)
