"""MLflow's own server, to be killed and started again; and a way to it on which answers get lost."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """`mlflow server` on a SQLite store of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self._folder / "server.db"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        stored = ["--backend-store-uri", f"sqlite:///{self.database}", "--artifacts-destination", str(self._folder / "artifacts")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *stored], stdout=log, stderr=log, start_new_session=True, env=kept | {"MLFLOW_DISABLE_TELEMETRY": "true"}
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert time.monotonic() < deadline, (self._folder / "server.log").read_text()

    def kill(self) -> None:
        """Kill it, as a machine that is gone."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
        except OSError:
            threading.Event().wait(0.2)
            return False
        return True


class Forgetful:
    """A way to a server on which the next answer to each of some requests is lost: the server has done it, and nobody knows."""

    def __init__(self, server: Server) -> None:
        self.forget: Counter[str] = Counter()
        self.forgotten: Counter[str] = Counter()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                connection.request(self.command, self.path, body, {name: value for name, value in self.headers.items() if name != "Host"})
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                kind = self.path.partition("?")[0].rpartition("/")[2]
                self.close_connection = True
                if outer.forget[kind]:
                    outer.forget[kind] -= 1
                    outer.forgotten[kind] += 1
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
