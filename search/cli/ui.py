"""The command ``ui``: MLflow's user interface for the tracked studies."""

import contextlib
import os
import secrets
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..redaction import write_unredacted
from ..store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

TOKEN = "PERCEPTUNE_UI_TOKEN"  # noqa: S105 - the name of the environment variable that holds it
_MIN_LENGTH = 16
_WILDCARDS = {"", "0.0.0.0", "::", "*"}  # noqa: S104 - they are refused


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ui)


def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 5000,
    host: Annotated[str, typer.Option(help="Name or IP address of this machine; one that others reach needs a token.")] = "127.0.0.1",
    *,
    token: Annotated[bool, typer.Option("--token", help=f"Ask for a token: {TOKEN} of the environment, or else a new one.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the address in a browser, where there is a display and no token.")] = True,
) -> None:
    """Open MLflow's user interface until Ctrl-C."""
    store = Store()
    uri = store.tracking_uri
    if uri.startswith(("http://", "https://")):
        typer.echo("MLFLOW_TRACKING_URI is a server; open its address in a browser.")
        return
    from ..web.access import LOOPBACK, Access
    from ..web.server import reserve, serve

    secret = _token(host, is_wanted=token, is_needed=host.lower() not in LOOPBACK)
    with contextlib.suppress(KeyboardInterrupt), reserve(host, port) as reserved:
        store.root.mkdir(parents=True, exist_ok=True)
        from ..tracking.mlflow_connection import connect
        from ..web.mlflow_app import make_mlflow_app

        page = _newest_runs(connect(uri))  # creates the database
        app = Access(make_mlflow_app(uri, store.artifacts), {*LOOPBACK, host}, secret)
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/{f'?token={secret}' if secret else ''}{page}"
        serve(app, reserved, lambda: _announce(address, opens=browser and not secret and _has_display()))  # others see arguments


def _announce(address: str, *, opens: bool) -> None:
    write_unredacted(f"MLflow is at {address}\nCtrl-C ends it.")
    if opens:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()  # some browsers return when they are closed


def _token(host: str, *, is_wanted: bool, is_needed: bool) -> str:
    """Return the token that requests must have; empty for none."""
    if host in _WILDCARDS:
        raise InputError(f'--host "{host}" is not one name; give the name or the IP address of this machine that browsers will use')
    given = os.environ.get(TOKEN, "")
    if given and (len(given) < _MIN_LENGTH or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in given)):
        raise InputError(f"{TOKEN} has {len(given)} characters; expected at least {_MIN_LENGTH} letters, digits, - or _")
    if is_needed and not (given or is_wanted):
        raise InputError(f'--host "{host}" may be reached from other machines, and MLflow asks for no password; add --token, or set {TOKEN}')
    return given or (secrets.token_urlsafe(24) if is_wanted else "")


def _has_display() -> bool:
    """Return whether a browser can be opened; without a display Python would start one inside the terminal."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _newest_runs(client: "MlflowClient") -> str:
    """Return the page of the newest study's trials, or of all experiments; MLflow's default page is for language models."""
    from ..tracking.mlflow_view import page_of

    experiments = {experiment.experiment_id: experiment for experiment in client.search_experiments()}
    newest = client.search_runs(list(experiments), order_by=["attributes.start_time DESC"], max_results=1)
    experiment_id = newest[0].info.experiment_id if newest else max(experiments, key=int, default="0")
    return page_of(experiment_id, experiments[experiment_id].tags if experiment_id in experiments else {})
