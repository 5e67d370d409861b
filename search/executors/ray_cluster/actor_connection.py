"""The coordinator's connection to one actor of a Ray cluster.

The actor sends messages as the return value of one call that is always pending. So a lost node is noticed by the error of that call, and
nothing is polled. Ray transfers values as pickles: a cluster must not be open to other people.
"""

import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ...redaction import one_line, shorten
from ...trial import Assignment
from ..messages import CheckBuilder, MessageWithFiles
from ..trial_files import read_checkpoint, write_files
from ..wakeup import Wakeup

MESSAGES_GROUP = "messages"
"""Ray's name of the thread that runs the pending call, so that the actor can be called meanwhile."""
_REASON_LENGTH = 300


class ActorConnection:
    """One actor and its messages.

    Args:
        ray: The module ``ray``.
        actor: Ray's handle of a `RayWorker`.
        arrays: Returns Ray's reference to the training arrays; called once they are complete.
        name: The worker's name.
    """

    def __init__(self, ray: Any, actor: Any, arrays: Callable[[], Any], name: str) -> None:
        self._ray, self._actor, self._arrays, self._name = ray, actor, arrays, name
        self._messages: deque[MessageWithFiles | None] = deque()
        self._wakeup = Wakeup()  # set once for each message
        self._error: BaseException | None = None
        self._resident_bytes = 0

    def start(self) -> None:
        """Start the actor's main loop, and the pending call."""
        self._actor.start.remote()
        self._request_messages()

    def fileno(self) -> int:
        """Return a file descriptor that is readable while a message waits."""
        return self._wakeup.fileno()

    def send(self, message: Any) -> None:
        """Call the actor; a trial is sent with its checkpoint."""
        if isinstance(message, CheckBuilder):
            self._actor.check.remote(self._arrays())
        elif isinstance(message, Assignment):
            self._actor.handle.remote(MessageWithFiles(message, read_checkpoint(message)))
        else:
            self._actor.handle.remote(MessageWithFiles(message))

    def receive(self) -> Any:
        """Return the next message, and write the files that came with it."""
        self._wakeup.consume()
        received = self._messages.popleft()
        if received is None:
            raise EOFError from self._error
        if not self._messages:
            self._request_messages()
        write_files(received.files)
        self._resident_bytes = received.resident_bytes or self._resident_bytes
        return received.message

    @property
    def exit_reason(self) -> str:
        """Ray's error, in one line."""
        text = one_line(str(self._error))
        return shorten(text, _REASON_LENGTH)

    @property
    def is_node_lost(self) -> bool:
        """Whether Ray reports that the node has died."""
        return "node" in str(self._error)

    @property
    def log(self) -> str:
        """Ray's own logs, on the node."""
        return f"Ray's logs of {self._name}, by default in /tmp/ray/session_latest/logs on its node"

    @property
    def last_output(self) -> None:
        """Unknown: the node has it."""

    def resident_bytes(self) -> int:
        """Return the actor's memory when its last trial ended."""
        return self._resident_bytes

    def kill(self) -> None:
        """Kill the actor; the pending call then fails."""
        self._ray.kill(self._actor)

    def close(self, *, is_idle: bool) -> None:
        """Kill the actor, and ignore further messages."""
        self.kill()
        self._wakeup.close()

    def join(self) -> None:
        """Do nothing: Ray ends the actor, and starts another one in its place only after that."""

    def _request_messages(self) -> None:
        pending = self._actor.next_messages.options(concurrency_group=MESSAGES_GROUP).remote()
        pending.future().add_done_callback(self._store_messages)

    def _store_messages(self, future: "Future[list[MessageWithFiles]]") -> None:
        """Store the actor's messages, or None if it has ended; Ray calls this on a thread of its own."""
        self._error = future.exception()
        messages: list[MessageWithFiles | None] = [None] if self._error else [*future.result()]
        self._messages.extend(messages)
        with contextlib.suppress(OSError):  # the connection is closed
            for _ in messages:
                self._wakeup.set()
