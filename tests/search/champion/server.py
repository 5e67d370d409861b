"""A registered champion behind MLflow's server."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest


@contextlib.contextmanager
def served(model_uri: str, tracking_uri: str, *, log: Path, cwd: Path, env: Mapping[str, str]) -> Iterator[Callable[..., pd.DataFrame]]:
    """Run `mlflow models serve`.

    Args:
        model_uri: The model to serve.
        tracking_uri: The store where the model is registered.
        log: The file for what the server prints.
        cwd: The folder that it runs in.
        env: Its environment variables.

    Yields:
        A function that posts rows, as JSON or with ``form="csv"`` as CSV, and returns the predictions.
    """
    port, programs = _free_port(), Path(sys.executable).parent
    command = [programs / "mlflow", "models", "serve", "-m", model_uri, "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port)]
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    with log.open("w") as output:
        variables = {**env, "MLFLOW_TRACKING_URI": tracking_uri, "PATH": path}
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=cwd, env=variables, start_new_session=True)
    try:
        _wait_until_ready(port, server, log)
        yield lambda rows, form="json": _post(port, rows, form)
    finally:
        _stop(server)


def _stop(server: subprocess.Popen) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _post(port: int, rows: pd.DataFrame, form: str) -> pd.DataFrame:
    if form == "csv":
        return _predictions(port, rows.to_csv(index=False), "text/csv")
    body = json.dumps({"dataframe_split": json.loads(rows.to_json(orient="split", index=False))})
    return _predictions(port, body, "application/json")


def _predictions(port: int, body: str, content_type: str) -> pd.DataFrame:
    return pd.DataFrame(json.loads(_request(port, "POST", "/invocations", body, content_type))["predictions"])


def _request(port: int, method: str, path: str, body: str | None = None, content_type: str = "application/json") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        return response.read()
    finally:
        connection.close()


def _wait_until_ready(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            _request(port, "GET", "/ping")
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The server was not ready in time:\n{log.read_text()}")
