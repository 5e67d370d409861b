"""The command ``dashboard``: optuna-dashboard for the ledgers of all studies. It changes none of them."""

import contextlib
from typing import TYPE_CHECKING

import typer

from .options import Ledger, make_store
from .serving import Browser, Host, Port, Token, serve_page

if TYPE_CHECKING:
    from ..web.asgi import App


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dashboard)


def dashboard(port: Port = 8080, host: Host = "127.0.0.1", *, token: Token = False, browser: Browser = True, ledger: Ledger = "") -> None:
    """Open optuna-dashboard on all studies until Ctrl-C, for reading only."""
    from ..ledger import open_all

    with contextlib.closing(open_all(make_store(ledger))) as storage:

        def make() -> "tuple[App, str]":
            from ..web.dashboard_app import make_dashboard_app

            storage.get_all_studies()  # tells now what cannot be read
            return make_dashboard_app(storage), ""

        serve_page(make, "optuna-dashboard", port=port, host=host, token=token, browser=browser)
