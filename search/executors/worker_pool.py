"""Trains in worker processes: each imports the backend once, holds one share of the machine and is reused.

Workers are programs of their own (not forks), so the coordinator stays free of TensorFlow and a script needs no
``if __name__ == "__main__"``. A worker is replaced when it dies or hangs, after a trial that ran out of memory, after a
number of trials, or when its memory has grown.
"""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path

from ..errors import WorkerError
from ..experiment import Experiment
from ..trial import Assignment, Failure, Report, TrialResult, TrialState
from .devices import divide
from .messages import Check, Epochs, Ready, Start
from .worker_process import WorkerProcess, program_of

_SOON_SECONDS = 1.0
_MAX_BAD_STARTS = 5
_START_SECONDS = 600.0
"""At least so long may a worker take to import its backend and check the builder."""


class WorkerPool:
    """A pool of worker processes.

    Args:
        logs: Folder for what the workers print.
        programs: Folder for programs that are compiled, from run to run. Defaults to none.
    """

    def __init__(self, logs: Path, programs: Path | None = None) -> None:
        self._logs = logs
        self._programs = programs
        self._workers: list[WorkerProcess] = []
        self._start: Start
        self._n_bad_starts = 0  # one after another
        self._alarm, self._alarm_button = Pipe(duplex=False)

    @property
    def n_workers(self) -> int:
        """Number of trials that the worker processes train at once."""
        return sum(worker.room for worker in self._workers)

    @property
    def n_free(self) -> int:
        """Number of trials that can be trained at once, and of workers that can be given their next trial already."""
        return sum(self._n_free_of(worker) for worker in self._workers)

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Start the processes; they import the backend while the caller goes on."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._start = Start(experiment, str(arrays), sys.path)
        if self._programs:
            self._programs.mkdir(parents=True, exist_ok=True)
        shares = divide(experiment.executor, str(self._programs or ""))
        for number, share in enumerate(shares[: experiment.search.n_trials]):
            self._workers.append(WorkerProcess(share, self._logs / f"worker-{number}.log", self._start))

    def check(self) -> None:
        """Have the builder checked, and wait for the first worker's answer."""
        for worker in self._workers:
            worker.send(Check())
        while not self.n_free:
            for worker in self._readable():
                message = worker.receive()
                if message is None:
                    self._bury(worker)
                if isinstance(message, Ready) and message.error is not None:
                    raise message.error

    def submit(self, assignment: Assignment) -> None:
        """Give a trial to a worker that has room, or else to one that can be given its next trial already.

        Among equals, to one that has trained such a trial before and so has its program.
        """
        program = program_of(assignment)
        free = [worker for worker in self._workers if self._n_free_of(worker)]
        max(free, key=lambda worker: (worker.is_free, program in worker.trained)).train(assignment)

    def _n_free_of(self, worker: WorkerProcess) -> int:
        """How many trials a worker can be given; while it is to be replaced, none beside those that it trains."""
        if worker.is_free and not (worker.is_worn and worker.assignments):
            return worker.room - len(worker.assignments)
        return int(self._can_go_ahead(worker))

    def _can_go_ahead(self, worker: WorkerProcess) -> bool:
        """Whether it is worth proposing a trial before this worker's last one has ended, since that will be soon.

        Not with a single worker, so that its study can be repeated exactly.
        """
        is_soon = worker.last_seconds <= _SOON_SECONDS and not any(trial.is_prunable for trial in worker.assignments.values())
        return is_soon and len(worker.assignments) == worker.room and len(self._workers) > 1 and not worker.is_worn

    def wait(self, report: Report) -> list[TrialResult]:
        """Wait for results, or for a worker to become ready."""
        results: list[TrialResult] = []
        n_free = self.n_free
        while not results and self.n_free <= n_free and not self._alarm.poll():
            for worker in self._readable():
                results += self._handle(worker, report)
        while self._alarm.poll():
            self._alarm.recv_bytes()
        return results

    def wake(self) -> None:
        """Have `wait` return; safe in a signal handler."""
        self._alarm_button.send_bytes(b"!")

    def close(self) -> None:
        """End all workers: idle ones by themselves, the others by force."""
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.reap()
        self._workers.clear()

    def _readable(self) -> list[WorkerProcess]:
        """Wait for messages; a worker that hangs is killed, and its pipe then says so."""
        deadlines = {worker: self._deadline(worker) for worker in self._workers}
        seconds = min(deadlines.values()) - time.monotonic()
        ready = wait([self._alarm, *(worker.pipe for worker in self._workers)], None if math.isinf(seconds) else max(0.0, seconds))
        for worker, deadline in deadlines.items():
            if worker.pipe not in ready and time.monotonic() >= deadline:
                worker.hang()
        return [worker for worker in self._workers if worker.pipe in ready]

    def _deadline(self, worker: WorkerProcess) -> float:
        """Until when a worker must have said something, in seconds of the monotonic clock."""
        if worker.is_idle:
            return math.inf
        limit = self._start.experiment.executor.epoch_timeout_seconds
        return worker.heard_at + (limit if worker.was_ready else max(limit, _START_SECONDS))

    def _handle(self, worker: WorkerProcess, report: Report) -> list[TrialResult]:
        message = worker.receive()
        match message:
            case Epochs(reports=reports):
                go_on = [report(epoch) for epoch in reports][-1]
                if worker.assignments[reports[-1].number].is_prunable:
                    worker.send(go_on)
            case Ready(error=error) if error is not None:
                raise error
            case Ready():
                self._n_bad_starts = 0
            case TrialResult():
                self._recycle(worker, is_due=message.failure is Failure.OUT_OF_MEMORY)
                return [replace(message, worker=worker.name)]
            case None:
                return self._bury(worker)
        return []

    def _bury(self, worker: WorkerProcess) -> list[TrialResult]:
        """Replace a dead worker, which has failed what it trained; what waited is the new one's."""
        if not worker.was_ready:
            self._note_bad_start(worker)
        self._replace(worker, worker.waiting)
        failure, how = Failure.LOST, f"the worker process died: {worker.ending}"
        if worker.is_hung:
            limit = self._start.experiment.executor.epoch_timeout_seconds
            failure, how = Failure.HUNG, f"no epoch came from the worker process for {limit:g} s (executor.epoch_timeout_seconds)"
        reason = f"{how}; its output is in {worker.log}"
        return [
            TrialResult(number=trial.number, state=TrialState.FAILED, failure=failure, reason=reason, worker=worker.name) for trial in worker.begun
        ]

    def _note_bad_start(self, worker: WorkerProcess) -> None:
        self._n_bad_starts += 1
        if self._n_bad_starts == _MAX_BAD_STARTS:
            raise WorkerError(f"Worker processes cannot start ({worker.ending}); their output is in {worker.log}")

    def _recycle(self, worker: WorkerProcess, *, is_due: bool) -> None:
        """Replace a worn worker once it has nothing to train; until then it gets nothing ahead."""
        limits = self._start.experiment.executor
        worker.is_spent |= is_due or worker.n_trials >= limits.recycle_after_trials or worker.growth_bytes() > limits.recycle_growth_bytes
        worker.is_worn = worker.is_spent or worker.n_trials + 1 >= limits.recycle_after_trials
        if worker.is_spent and worker.is_idle:
            worker.end()
            worker.reap()
            self._replace(worker)

    def _replace(self, worker: WorkerProcess, assignments: Sequence[Assignment] = ()) -> None:
        replacement = WorkerProcess(worker.share, worker.log, self._start)
        replacement.send(Check())
        for assignment in assignments:
            replacement.train(assignment)
        self._workers[self._workers.index(worker)] = replacement
