"""A wake-up call for code that waits for connections to become readable."""

from multiprocessing import Pipe


class Wakeup:
    """A pipe to this process itself: `set` makes its file descriptor readable, also from a signal handler or another thread."""

    def __init__(self) -> None:
        self._reader, self._writer = Pipe(duplex=False)

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""
        return self._reader.fileno()

    @property
    def is_set(self) -> bool:
        """Whether a call of `set` is not yet consumed."""
        return self._reader.poll()

    def set(self) -> None:
        """Make the file descriptor readable."""
        self._writer.send_bytes(b"!")

    def consume(self) -> None:
        """Undo one call of `set`, or wait for one."""
        self._reader.recv_bytes()

    def close(self) -> None:
        """Close both ends."""
        self._reader.close()
        self._writer.close()
