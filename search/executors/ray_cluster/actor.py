"""The actor that trains on a node of a Ray cluster: a worker that receives and sends messages by calls instead of a pipe.

It does not import Ray itself, and imports the backend only when `start` is called.
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
from ...hardware import VISIBLE_GPUS
from ...redaction import redact_output
from ...store import Store
from ...trial import Assignment, TrialResult
from ..device_share import DeviceShare
from ..messages import CheckBuilder, MessageWithFiles, ProgressReports, WorkerStarted
from ..trial_files import TrialFolder
from ..worker_loop import serve

_CACHE = Path("~/.cache/perceptune")


class RayWorker:
    """One worker; the coordinator calls its methods.

    Args:
        experiment: The experiment.
        share: Its devices on the node.
    """

    def __init__(self, experiment: Experiment, share: DeviceShare) -> None:
        self._experiment = experiment
        self._share = share
        self._arrays: list[TrainingArrays]
        self._received: SimpleQueue[Any] = SimpleQueue()
        self._to_send: SimpleQueue[MessageWithFiles] = SimpleQueue()
        self._folders: dict[int, TrialFolder] = {}

    def start(self) -> None:
        """Start the worker's main loop on a thread."""
        Thread(target=self._serve, daemon=True).start()

    def check(self, arrays: list[TrainingArrays]) -> None:
        """Check the builder against the arrays of each fold, which are in the node's object store."""
        self._arrays = arrays
        self._received.put(CheckBuilder())

    def handle(self, received: MessageWithFiles) -> None:
        """Queue a trial with its checkpoint, or the reply to a report."""
        message = received.message
        if isinstance(message, Assignment):
            folder = self._folders[message.number] = TrialFolder.create(message, received.files)
            message = folder.assignment
        self._received.put(message)

    def next_messages(self) -> list[MessageWithFiles]:
        """Wait for messages to the coordinator, and return all that have come."""
        messages = [self._to_send.get()]
        while not self._to_send.empty():
            messages.append(self._to_send.get())
        return messages

    def _serve(self) -> None:
        try:
            redact_output()
            self._set_environment()
            self._to_send.put(MessageWithFiles(WorkerStarted(socket.gethostname())))
            serve(self._experiment, lambda: self._arrays, self._received.get, self._send)
        except BaseException:  # the end of a thread alone would not be noticed
            traceback.print_exc()
            os._exit(1)

    def _set_environment(self) -> None:
        programs = self._share.programs or str(Store(_CACHE.expanduser()).programs)  # a folder of the node
        Path(programs).mkdir(parents=True, exist_ok=True)
        os.environ.update(actor_environment(replace(self._share, programs=programs)))

    def _send(self, message: Any) -> None:
        match message:
            case ProgressReports(reports=reports):
                numbers = {report.number for report in reports}
                folders = [self._folders[number] for number in numbers]
                new = [files for folder in folders for files in (folder.new_checkpoint(), folder.new_models())]
                self._to_send.put(MessageWithFiles(message, {name: content for files in new for name, content in files.items()}))
            case TrialResult(number=number):
                folder = self._folders.pop(number)
                checkpoint = folder.new_checkpoint()  # of a trial that is paused
                result, files = folder.finish(message)
                self._to_send.put(MessageWithFiles(result, {**files, **checkpoint}, psutil.Process().memory_info().rss))
            case _:
                self._to_send.put(MessageWithFiles(message))


def actor_environment(share: DeviceShare) -> dict[str, str]:
    """Return a share's environment variables without those that Ray sets: the cluster chooses the GPU."""
    return {name: value for name, value in share.environment.items() if share.kind == "cpu" or name != VISIBLE_GPUS}
