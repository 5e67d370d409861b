"""Trains on workers, of which each imports the backend once, holds one share of the machine and is reused.

Where they run is the fleet's to know. A worker is replaced when it dies or hangs, after a trial that ran out of memory,
after a number of trials, or when its memory has grown.
"""

import math
import time
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path

from ..errors import WorkerError
from ..experiment.file import Experiment
from ..trial import Assignment, Failure, Report, TrialResult, TrialState
from .devices import DeviceShare
from .gpu_packing import GpuPacking
from .messages import CheckBuilder, EpochReports, WorkerReady
from .worker_handle import WorkerHandle, program_key
from .worker_host import WorkerHost

_SOON_SECONDS = 1.0
_MAX_BAD_STARTS = 5
_START_SECONDS = 600.0
"""At least so long may a worker take to import its backend and check the builder."""


class WorkerPool:
    """A pool of workers.

    Args:
        host: Where they run.
    """

    def __init__(self, host: WorkerHost) -> None:
        self._host = host
        self._workers: list[WorkerHandle] = []
        self._backlog: list[Assignment] = []  # given ahead to a worker that died
        self._experiment: Experiment
        self._packing: GpuPacking
        self._n_bad_starts = 0  # one after another
        self._alarm, self._alarm_button = Pipe(duplex=False)

    @property
    def n_workers(self) -> int:
        """Number of workers."""
        return len(self._workers)

    @property
    def n_free(self) -> int:
        """Number of trials that can be trained at once, and of workers that can be given their next trial already."""
        return max(0, sum(self._n_free_of(worker) for worker in self._workers) - len(self._backlog))

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Start the workers; they import the backend while the caller goes on."""
        self._experiment = experiment
        self._packing = GpuPacking(experiment.executor)
        for share in self._host.prepare(experiment, arrays)[: experiment.search.n_trials]:
            self._workers.append(self._start_worker(share, f"worker-{len(self._workers)}"))

    def check(self) -> None:
        """Have the builder checked, and wait for the first worker's answer."""
        for worker in self._workers:
            worker.send(CheckBuilder())
        while not self.n_free:
            for worker in self._readable():
                self._handle(worker, lambda _: True)

    def submit(self, assignment: Assignment) -> None:
        """Give a trial to a worker that has room, or else to one that can be given its next trial already.

        Among these, to one of those with the largest part of its room free; among equals, to one that has trained such a trial
        before and so has its program.
        """
        program = program_key(assignment)
        free = [worker for worker in self._workers if self._n_free_of(worker)]
        max(free, key=lambda worker: (worker.is_free, -len(worker.assignments) / worker.capacity, program in worker.compiled)).train(assignment)

    def _n_free_of(self, worker: WorkerHandle) -> int:
        """How many trials a worker can be given; while it is to be replaced, none beside those that it trains."""
        if worker.is_free and not (worker.is_retiring and worker.assignments):
            return worker.capacity - len(worker.assignments)
        return int(self._can_go_ahead(worker))

    def _can_go_ahead(self, worker: WorkerHandle) -> bool:
        """Whether it is worth proposing a trial before this worker's last one has ended, since that will be soon.

        Not with a single worker, so that its study can be repeated exactly.
        """
        is_soon = worker.last_seconds <= _SOON_SECONDS and not any(trial.is_prunable for trial in worker.assignments.values())
        return is_soon and len(worker.assignments) == worker.capacity and len(self._workers) > 1 and not worker.is_retiring

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
        self._host.close()

    def _readable(self) -> list[WorkerHandle]:
        """Wait for messages; a worker that hangs is killed, and its line then says so."""
        deadlines = {worker: self._deadline(worker) for worker in self._workers}
        seconds = min(deadlines.values()) - time.monotonic()
        ready = wait(
            [self._alarm.fileno(), *(worker.connection.fileno() for worker in self._workers)], None if math.isinf(seconds) else max(0.0, seconds)
        )
        for worker, deadline in deadlines.items():
            if worker.connection.fileno() not in ready and time.monotonic() >= deadline:
                worker.kill_hung()
        return [worker for worker in self._workers if worker.connection.fileno() in ready]

    def _deadline(self, worker: WorkerHandle) -> float:
        """Until when a worker must have said something, in seconds of the monotonic clock."""
        if worker.is_idle:
            return math.inf
        limit = self._experiment.executor.epoch_timeout_seconds
        return worker.last_message_at + (limit if worker.is_ready else max(limit, _START_SECONDS))

    def _handle(self, worker: WorkerHandle, report: Report) -> list[TrialResult]:
        results: list[TrialResult] = []
        message = worker.receive()
        match message:
            case EpochReports(reports=reports):
                go_on = [report(epoch) for epoch in reports][-1]
                if worker.assignments[reports[-1].number].is_prunable:
                    worker.send(go_on)
            case WorkerReady(error=error) if error is not None:
                raise error
            case WorkerReady():
                self._n_bad_starts = 0
            case TrialResult():
                self._pack(worker, message)
                self._recycle(worker, is_due=message.failure is Failure.OUT_OF_MEMORY)
                results = [replace(message, worker=worker.name)]
            case None:
                results = self._bury(worker)
        while self._backlog and any(self._n_free_of(worker) for worker in self._workers):
            self.submit(self._backlog.pop(0))
        return results

    def _bury(self, worker: WorkerHandle) -> list[TrialResult]:
        """Replace a dead worker, which has failed what it trained; what waited is for whoever is free first."""
        if not worker.is_ready and not worker.connection.is_node_lost:
            self._note_bad_start(worker)
        self._backlog += worker.queued
        self._replace(worker)
        failure, how = Failure.LOST, f"the worker process died: {worker.connection.ending}"
        if worker.is_hung:
            limit = self._experiment.executor.epoch_timeout_seconds
            failure, how = Failure.HUNG, f"no epoch came from the worker process for {limit:g} s (executor.epoch_timeout_seconds)"
        reason = f"{how}; its output is in {worker.connection.log}"
        return [
            TrialResult(number=trial.number, state=TrialState.FAILED, failure=failure, reason=reason, worker=worker.name) for trial in worker.running
        ]

    def _note_bad_start(self, worker: WorkerHandle) -> None:
        self._n_bad_starts += 1
        if self._n_bad_starts == _MAX_BAD_STARTS:
            raise WorkerError(f"Worker processes cannot start ({worker.connection.ending}); their output is in {worker.connection.log}")

    def _pack(self, worker: WorkerHandle, result: TrialResult) -> None:
        """Once, when each worker has ended a trial, put as many on each GPU as its memory has room for."""
        for crowded, (share, *others) in self._packing.note(worker, result, self._workers):
            crowded.share, crowded.is_retired = share, True  # replaced by one that has this share only
            self._workers += [self._checked(other, f"worker-{len(self._workers) + number}") for number, other in enumerate(others)]
            self._recycle(crowded, is_due=True)

    def _recycle(self, worker: WorkerHandle, *, is_due: bool) -> None:
        """Replace a worn worker once it has nothing to train; until then it gets nothing ahead."""
        limits = self._experiment.executor
        worker.is_retired |= is_due or worker.n_trials >= limits.recycle_after_trials or worker.growth_bytes() > limits.recycle_growth_bytes
        worker.is_retiring = worker.is_retired or worker.n_trials + 1 >= limits.recycle_after_trials
        if worker.is_retired and worker.is_idle and worker in self._workers:
            worker.end()
            worker.reap()
            self._replace(worker)

    def _replace(self, worker: WorkerHandle) -> None:
        self._workers[self._workers.index(worker)] = self._checked(worker.share, worker.base_name)

    def _checked(self, share: DeviceShare, name: str) -> WorkerHandle:
        worker = self._start_worker(share, name)
        worker.send(CheckBuilder())
        return worker

    def _start_worker(self, share: DeviceShare, name: str) -> WorkerHandle:
        return WorkerHandle(share, name, self._host.start_worker(share, name))
