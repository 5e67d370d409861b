"""A command that serves a page, in a process of its own, with a browser that it opens."""

import contextlib
import os
import re
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil

from tests.conftest import Shell


@dataclass(frozen=True)
class Served:
    """A page that is served.

    Attributes:
        process: The command's process.
        port: Its port on 127.0.0.1.
        url: The address that it has printed.
        opened: The address that it has opened in a browser.
        shell: The command's folder.
    """

    process: Popen
    port: int
    url: str
    opened: str
    shell: Shell

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def other_processes(self) -> list[psutil.Process]:
        """Return what the command has started besides the browser."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "browser" not in " ".join(child.cmdline())]

    def listening(self) -> list[tuple[str, int]]:
        """Return the addresses at which the command listens."""
        connections = psutil.Process(self.process.pid).net_connections()
        return [tuple(connection.laddr) for connection in connections if connection.status == psutil.CONN_LISTEN]


def free_port() -> int:
    """Return a port that nothing uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def serving(folder: Path, *words: object) -> Iterator[Served]:
    """Serve a page during a block, whose home folder is the test's own; at its end, Ctrl-C ends the command without a further line."""
    (folder / "home").mkdir()
    os.mkfifo(folder / "browser")
    shell = Shell(folder, {"HOME": str(folder / "home"), "BROWSER": f"sh -c 'printf %s \"$0\" > {folder}/browser' %s", "NO_PROXY": "*"})
    port = free_port()
    process = shell.start(*words, "--port", port)
    try:
        [url] = re.findall(r"http\S+", process.stdout.readline())
        yield Served(process, port, url, (folder / "browser").read_text(), shell)  # waits until a browser is opened
        with socket.create_connection(("127.0.0.1", port)):  # a browser that stays connected
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        assert process.stdout.read() == "Ctrl-C ends it.\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
