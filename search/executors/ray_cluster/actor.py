"""The actor that trains on a node of a Ray cluster: a worker whose messages travel by calls instead of a pipe.

It does not import Ray itself, nor the backend before it is told what to train.
"""

import os
import socket
import traceback
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import psutil

from ...data.arrays import TrainingArrays
from ...experiment.file import Experiment
from ...store import Store
from ...trial import Assignment, TrialResult
from ..devices import DeviceShare
from ..messages import CheckBuilder, EpochReports, MessageWithFiles, WorkerStarted
from ..trial_files import TrialFolder
from ..worker_loop import serve

_CACHE = Path("~/.cache/perceptune")


class RayWorker:
    """One worker; its methods are called from elsewhere.

    Args:
        experiment: The experiment.
        share: Its part of the node.
    """

    def __init__(self, experiment: Experiment, share: DeviceShare) -> None:
        programs = share.programs or str(Store(_CACHE.expanduser()).programs)  # the node's own
        Path(programs).mkdir(parents=True, exist_ok=True)
        os.environ.update(actor_environment(replace(share, programs=programs)))
        self._experiment = experiment
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._outbox: SimpleQueue[MessageWithFiles] = SimpleQueue()
        self._folders: dict[int, TrialFolder] = {}
        self._outbox.put(MessageWithFiles(WorkerStarted(socket.gethostname())))
        Thread(target=self._serve, daemon=True).start()

    def begin(self, arrays: TrainingArrays) -> None:
        """Have the builder checked against the arrays, which lie in the node's object store."""
        self._arrays = arrays
        self._inbox.put(CheckBuilder())

    def take(self, parcel: MessageWithFiles) -> None:
        """Take a trial with its checkpoint, or an answer."""
        message = parcel.message
        if isinstance(message, Assignment):
            folder = self._folders[message.number] = TrialFolder(message, parcel.files)
            message = folder.assignment
        self._inbox.put(message)

    def receive(self) -> list[MessageWithFiles]:
        """Wait for messages to the coordinator."""
        parcels = [self._outbox.get()]
        while not self._outbox.empty():
            parcels.append(self._outbox.get())
        return parcels

    def _serve(self) -> None:
        try:
            serve(self._experiment, lambda: self._arrays, self._inbox.get, self._send)
        except BaseException:  # a thread's end would go unnoticed
            traceback.print_exc()
            os._exit(1)

    def _send(self, message: Any) -> None:
        match message:
            case EpochReports(reports=reports):
                numbers = {report.number for report in reports}
                files = {name: content for number in numbers for name, content in self._folders[number].new_checkpoint().items()}
                self._outbox.put(MessageWithFiles(message, files))
            case TrialResult(number=number):
                result, kept = self._folders.pop(number).finish(message)
                self._outbox.put(MessageWithFiles(result, kept, psutil.Process().memory_info().rss))
            case _:
                self._outbox.put(MessageWithFiles(message))


def actor_environment(share: DeviceShare) -> dict[str, str]:
    """Return a share's environment variables without those that Ray sets: a GPU is the cluster's to choose."""
    return {name: value for name, value in share.environment.items() if share.kind == "cpu" or name != "CUDA_VISIBLE_DEVICES"}
