"""Shows failed trials: those with an equal reason are one line with their count, the first one's hyperparameters and its log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import listed
from ..formats import format_params
from ..redaction import one_line, shorten

if TYPE_CHECKING:
    from ..ledger import TrialRecord

_REASON_LENGTH = 200


@dataclass
class EqualFailures:
    """Trials that failed for one reason.

    Attributes:
        reason: The reason.
        params: The hyperparameters of the first one.
        log: The log with its traceback; None if there is none.
        numbers: Numbers of the trials.
    """

    reason: str
    params: Mapping[str, object]
    log: Path | None
    numbers: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        first, *others = map(str, self.numbers)
        params = format_params(self.params)
        trials = f"trials {listed([first, *others])}; trial {first} had {params}" if others else f"trial {first} with {params}"
        log = f"; log: {self.log}" if self.log else ""
        return f"{len(self.numbers)} failed: {shorten(one_line(self.reason), _REASON_LENGTH)}; {trials}{log}"


class Failures:
    """The failed trials of a study, by reason.

    Args:
        logs: Folder of the workers' logs.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._by_reason: dict[str, EqualFailures] = {}

    def add(self, number: int, reason: str, params: Mapping[str, object], worker: str) -> None:
        """Add a trial.

        Args:
            number: The trial's number.
            reason: Why it failed.
            params: Its searched hyperparameters.
            worker: Name of its worker; empty if there is only one.
        """
        if reason not in self._by_reason:
            self._by_reason[reason] = EqualFailures(reason, params, self._log(worker))
        self._by_reason[reason].numbers.append(number)

    @property
    def most_frequent(self) -> list[EqualFailures]:
        """The failures, those of the most frequent reason first."""
        return sorted(self._by_reason.values(), key=lambda failures: -len(failures.numbers))

    def _log(self, worker: str) -> Path | None:
        """Return the log of a worker, relative to the working directory where possible; None if there is no such file."""
        logs = [path for path in (self._logs / f"{worker}.log", self._logs / "worker-0.log") if path.is_file()]
        if not logs:
            return None
        return logs[0].relative_to(Path.cwd()) if logs[0].is_relative_to(Path.cwd()) else logs[0]


def failures_of(records: "Iterable[TrialRecord]", logs: Path) -> Failures:
    """Return the failed trials among some in a ledger.

    Args:
        records: The trials.
        logs: Folder of the workers' logs.
    """
    failures = Failures(logs)
    for record in records:
        if record.result is not None and record.result.reason:
            failures.add(record.number, record.result.reason, record.params, record.result.worker)
    return failures
