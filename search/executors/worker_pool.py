"""Trains trials on workers that each import the backend once, compute on one device share, and are reused.

A host (`base.WorkerHost`) starts the workers. A worker is replaced when it dies or hangs, after a trial that ran out of memory, after a
number of trials, or when its memory has grown.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path

from ..experiment.file import Experiment
from ..python_process import Process
from ..trial import Assignment, Failure, Report, TrialResult
from .base import WorkerHost
from .device_share import DeviceShare
from .gpu_packing import GpuPacking
from .lost_workers import FailedStarts, failed_results, output_of
from .messages import CheckBuilder, ProgressReports, StopTrial, WorkerReady, awaits_reply
from .placement import choose_worker, n_acceptable
from .recycling import Recycling
from .wakeup import Wakeup
from .worker_handle import WorkerHandle

_NOTICE_SECONDS = 30.0
"""After this time the start of workers reports what it waits for."""
_LONGEST_WAIT = 86_400.0
"""In seconds: the system refuses to wait for a month, so that a long limit is waited for in parts."""


class WorkerPool:
    """A pool of workers.

    Args:
        host: Where they run.
    """

    def __init__(self, host: WorkerHost) -> None:
        self._host = host
        self._workers: list[WorkerHandle] = []
        self._backlog: list[Assignment] = []  # queued trials of workers that died
        self._epoch_timeout_seconds: float
        self._start_timeout_seconds: float
        self._packing: GpuPacking
        self._recycling: Recycling
        self._failed_starts = FailedStarts()
        self._notes: tuple[str, ...] = ()
        self._wakeup = Wakeup()

    @property
    def n_workers(self) -> int:
        """Number of workers."""
        return len(self._workers)

    @property
    def n_free(self) -> int:
        """Number of trials that can be submitted now, to be trained at once or queued behind a short trial."""
        return max(0, sum(n_acceptable(worker, len(self._workers)) for worker in self._workers) - len(self._backlog))

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Start the workers; they import the backend while the caller goes on."""
        self._epoch_timeout_seconds = experiment.executor.epoch_timeout_seconds
        self._start_timeout_seconds = experiment.executor.start_timeout_seconds
        self._packing, self._recycling = GpuPacking(experiment.executor), Recycling(experiment.executor)
        for share in self._host.prepare(experiment, arrays)[: experiment.search.n_trials]:
            self._workers.append(self._start_worker(share, f"worker-{len(self._workers)}"))

    def check(self, on_wait: Callable[[str], None] = lambda _text: None) -> tuple[str, ...]:
        """Make all workers check the builder, and wait until the first one is ready; see `Executor.check`."""
        for worker in self._workers:
            worker.send(CheckBuilder())
        notice_at = time.monotonic() + _NOTICE_SECONDS
        while not self.n_free:
            for worker in self._readable(until=notice_at):
                self._handle_message(worker, lambda _: True)
            if time.monotonic() >= notice_at and not self.n_free:
                notice_at = math.inf
                worker = self._workers[0]
                on_wait(f"Starting workers: {worker.name} still imports its backend or builds the model; {output_of(worker.connection)}")
        return self._notes

    def submit(self, assignment: Assignment) -> None:
        """Submit a trial to the worker that `placement.choose_worker` returns."""
        choose_worker(assignment, self._workers).submit(assignment)

    def wait(self, report: Report) -> list[TrialResult]:
        """Wait for results, or until more trials can be submitted."""
        results: list[TrialResult] = []
        n_free = self.n_free
        while not results and self.n_free <= n_free and not self._wakeup.is_set:
            for worker in self._readable():
                results += self._handle_message(worker, report)
        while self._wakeup.is_set:
            self._wakeup.consume()
        return results

    def wake(self) -> None:
        """Make a running `wait` return; safe in a signal handler."""
        self._wakeup.set()

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process on the coordinator's machine."""
        return self._host.start_process(entry, environment, name)

    def close(self) -> None:
        """Stop all workers: idle ones end by themselves, busy ones are killed."""
        for worker in self._workers:
            worker.close()
        for worker in self._workers:
            worker.join()
        self._workers.clear()
        self._host.close()

    def _readable(self, *, until: float = math.inf) -> list[WorkerHandle]:
        """Wait for messages, and return the workers that have sent one or have ended; a worker past its deadline is killed."""
        deadlines = {worker: worker.deadline(self._epoch_timeout_seconds, self._start_timeout_seconds) for worker in self._workers}
        seconds = min(until, *deadlines.values()) - time.monotonic()
        descriptors = [self._wakeup.fileno(), *(worker.connection.fileno() for worker in self._workers)]
        ready = wait(descriptors, None if math.isinf(seconds) else min(max(0.0, seconds), _LONGEST_WAIT))
        for worker, deadline in deadlines.items():
            if worker.connection.fileno() not in ready and time.monotonic() >= deadline:
                worker.kill_hung()
        return [worker for worker in self._workers if worker.connection.fileno() in ready]

    def _handle_message(self, worker: WorkerHandle, report: Report) -> list[TrialResult]:
        results: list[TrialResult] = []
        match message := worker.receive():
            case ProgressReports():
                self._report_progress(worker, message, report)
            case WorkerReady(error=error) if error is not None:
                raise error
            case WorkerReady(notes=notes):
                self._notes = notes
                self._failed_starts.reset()
            case TrialResult():
                self._after_trial(worker, message)
                results = [replace(message, worker=worker.name)]
            case None:
                results = self._replace_ended(worker)
        self._submit_backlog()
        return results

    def _report_progress(self, worker: WorkerHandle, message: ProgressReports, report: Report) -> None:
        """Report each epoch and execution, reply to a trial that waits whether it goes on, and stop others that do not."""
        last = message.reports[-1]
        goes_on = {progress.number: report(progress) for progress in message.reports}
        if awaits_reply(last, worker.assignments[last.number]):
            worker.send(goes_on.pop(last.number))
        for number in (number for number, goes in goes_on.items() if not goes):
            worker.send(StopTrial(number))

    def _after_trial(self, worker: WorkerHandle, result: TrialResult) -> None:
        """Divide GPUs once the memory of trials is known, and replace the worker if it has reached a limit."""
        for crowded, shares in self._packing.update(worker, result, self._workers):
            self._divide(crowded, shares)
        if worker in self._workers:
            self._recycle(worker, is_due=result.failure is Failure.OUT_OF_MEMORY)

    def _divide(self, crowded: WorkerHandle, shares: list[DeviceShare]) -> None:
        """Start a worker for each further part of a worker's share; the worker itself is replaced by one with the first part."""
        crowded.share, *others = shares
        self._workers += [self._start_checking(other, f"worker-{len(self._workers) + number}") for number, other in enumerate(others)]
        self._recycle(crowded, is_due=True)

    def _recycle(self, worker: WorkerHandle, *, is_due: bool) -> None:
        if self._recycling.update(worker, is_due=is_due):
            worker.close()
            worker.join()
            self._replace(worker)

    def _replace_ended(self, worker: WorkerHandle) -> list[TrialResult]:
        """Replace a worker that died or hung, and return the results of its running trials; its queued ones are submitted again."""
        if not worker.is_ready:
            self._failed_starts.add(worker, self._start_timeout_seconds)
        self._backlog += worker.queued
        self._replace(worker)
        return failed_results(worker, self._epoch_timeout_seconds)

    def _submit_backlog(self) -> None:
        while self._backlog and any(n_acceptable(worker, len(self._workers)) for worker in self._workers):
            self.submit(self._backlog.pop(0))

    def _replace(self, worker: WorkerHandle) -> None:
        self._workers[self._workers.index(worker)] = self._start_checking(worker.share, worker.base_name)

    def _start_checking(self, share: DeviceShare, name: str) -> WorkerHandle:
        worker = self._start_worker(share, name)
        worker.send(CheckBuilder())
        return worker

    def _start_worker(self, share: DeviceShare, name: str) -> WorkerHandle:
        return WorkerHandle(share, name, self._host.start_worker(share, name))
