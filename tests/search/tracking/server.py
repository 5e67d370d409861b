"""An MLflow server to kill and start again, and a proxy of it that loses responses."""

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

PROGRAM = """
import os, sys, uvicorn
from mlflow.server import constants
port, store, artifacts = sys.argv[1:]
os.environ[constants.BACKEND_STORE_URI_ENV_VAR] = store
os.environ[constants.ARTIFACT_ROOT_ENV_VAR] = "mlflow-artifacts:/"
os.environ[constants.ARTIFACTS_DESTINATION_ENV_VAR] = artifacts
os.environ[constants.SERVE_ARTIFACTS_ENV_VAR] = "true"
uvicorn.run("mlflow.server.fastapi_app:app", port=int(port))
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """What `mlflow server` starts, without its process that imports MLflow only to start it, with its own SQLite store."""

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
        """Start it and wait until it responds."""
        command = [sys.executable, "-c", PROGRAM, str(self.port), f"sqlite:///{self.database}", str(self._folder / "artifacts")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        added = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=kept | added)
        deadline = time.monotonic() + 120
        while not self._responds():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert time.monotonic() < deadline, (self._folder / "server.log").read_text()

    def kill(self) -> None:
        """Kill it, as if its machine failed."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _responds(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
        except OSError:
            threading.Event().wait(0.2)
            return False
        return True


class LossyProxy:
    """A proxy that loses the next responses to given requests: the server has applied them, and the client does not know.

    The first, third, ... of a kind ends after its headers, as if the server was killed while it responded.

    Attributes:
        to_lose: Responses to lose, by the last part of the request's path.
        n_lost: Responses lost so far, likewise.
    """

    def __init__(self, server: Server, port: int = 0) -> None:
        self.to_lose: Counter[str] = Counter()
        self.n_lost: Counter[str] = Counter()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                connection.request(self.command, self.path, body, {name: value for name, value in self.headers.items() if name != "Host"})
                response = connection.getresponse()
                content = response.read()
                connection.close()
                request = self.path.partition("?")[0].rpartition("/")[2]
                self.close_connection = True
                is_lost = bool(outer.to_lose[request])
                if is_lost:
                    outer.to_lose[request] -= 1
                    outer.n_lost[request] += 1
                    if outer.n_lost[request] % 2 == 0:
                        return
                self.send_response(response.status)
                self.send_header("Content-Type", response.headers["Content-Type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if not is_lost:
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop responding; later connections are refused."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
