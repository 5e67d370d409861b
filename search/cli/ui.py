"""The command ``ui``: MLflow's user interface for the tracked studies."""

import os
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

HOST = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ui)


def ui(port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 5000) -> None:
    """Open MLflow's user interface until Ctrl-C."""
    store = Store()
    uri = store.tracking_uri
    if uri.startswith(("http://", "https://")):
        typer.echo("MLFLOW_TRACKING_URI is a server; open its address in a browser.")
        return
    _check_free(port)
    from ..tracking.mlflow_connection import connect

    store.root.mkdir(parents=True, exist_ok=True)
    client = connect(uri)  # creates the database, which several server processes at once cannot do safely
    typer.echo(f"Open http://{HOST}:{port}/{_newest_runs(client)} in a browser; Ctrl-C ends it.")
    command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port), "--workers", "1"]
    # MLflow's warnings about its store are of no use to the reader.
    quiet = {"MLFLOW_LOGGING_LEVEL": "WARNING", "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
    no_job_runners = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # eight processes for MLflow's features of language models
    # Not as arguments, which every user of this machine can list: the URI may contain a password.
    stored = {"MLFLOW_BACKEND_STORE_URI": uri, "MLFLOW_DEFAULT_ARTIFACT_ROOT": store.artifacts.as_uri()}
    # Replaces this process, so that signals reach the server.
    os.execve(sys.executable, command, os.environ | quiet | no_job_runners | stored)  # noqa: S606


def _newest_runs(client: "MlflowClient") -> str:
    """Return the page of the newest experiment's runs, or of all experiments; MLflow's default page is for language models."""
    found = client.search_experiments(filter_string="name != 'Default'", order_by=["last_update_time DESC"], max_results=1)
    page = f"experiments/{found[0].experiment_id}/runs" if found else "experiments"
    return f"#/{page}?workflowType=machine_learning"


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise InputError(f"Port {port} cannot be used ({error.strerror}); choose another with --port, or PORT= with make") from None
