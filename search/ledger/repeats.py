"""Repeats of trials in the ledger: the same hyperparameters, trained again with other seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..trial import TrialResult, TrialState
from .ledger import Ledger
from .record import REPEAT, to_attribute, to_result
from .view import CONFIRMED, StudyView


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One repeat of a trial.

    Attributes:
        trial: The trial's number.
        index: The number of the repeat among those of the trial with as many epochs, from 1; the seed follows from it.
        seed: Its seed.
        epochs: The number of epochs that was asked for; None for the trial's own.
        result: What came of it.
    """

    trial: int
    index: int
    seed: int
    epochs: int | None
    result: TrialResult


def write_repeat(ledger: Ledger, repeat: Repeat) -> None:
    """Write a repeat into a study's ledger.

    Args:
        ledger: The study.
        repeat: The repeat.
    """
    written = to_attribute(repeat.result, repeat.seed, repeat.result.finished) | {"epochs": repeat.epochs}
    epochs = "" if repeat.epochs is None else f" {repeat.epochs}"
    ledger.set_attribute(f"{REPEAT} {repeat.trial} {repeat.index}{epochs}", written)


def read_repeats(ledger: StudyView) -> list[Repeat]:
    """Read all repeats of a study, ordered by trial, number of epochs (the trial's own first) and index."""
    found = []
    for key, written in ledger.study.user_attrs.items():
        name, *numbers = key.split(" ")
        if name == REPEAT:
            trial, index = map(int, numbers[:2])
            result = to_result(trial, TrialState(written["state"]), written)
            found.append(Repeat(trial=trial, index=index, seed=written["seed"], epochs=written["epochs"], result=result))
    return sorted(found, key=lambda repeat: (repeat.trial, repeat.epochs or 0, repeat.index))


def write_confirmed(ledger: Ledger, best: Sequence[int], ranked: Sequence[int]) -> None:
    """Rank trials before all others, as long as the best ones by the search are the same; see `StudyView.confirmed`.

    Args:
        ledger: The study.
        best: Numbers of the best trials by the search, as many as are to be trained again.
        ranked: Numbers of those that were trained again, the best one first.
    """
    ledger.set_attribute(CONFIRMED, {"best": list(best), "ranked": list(ranked)})
