"""The command ``ui``: MLflow's user interface for the tracked studies."""

from typing import TYPE_CHECKING

import typer

from ..store import Store
from .serving import Browser, Host, Port, Token, serve_page

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from ..web.asgi import App


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ui)


def ui(port: Port = 5000, host: Host = "127.0.0.1", *, token: Token = False, browser: Browser = True) -> None:
    """Open MLflow's user interface until Ctrl-C."""
    store = Store()
    uri = store.tracking_uri
    if uri.startswith(("http://", "https://")):
        typer.echo("MLFLOW_TRACKING_URI is a server; open its address in a browser.")
        return

    def make() -> "tuple[App, str]":
        store.root.mkdir(parents=True, exist_ok=True)
        from ..tracking.mlflow_connection import connect
        from ..web.mlflow_app import make_mlflow_app

        page = _newest_runs(connect(uri))  # creates the database
        return make_mlflow_app(uri, store.artifacts), page

    serve_page(make, "MLflow", port=port, host=host, token=token, browser=browser)


def _newest_runs(client: "MlflowClient") -> str:
    """Return the page of the newest study's trials, or of all experiments; MLflow's default page is for language models."""
    from ..tracking.mlflow_view import page_of

    experiments = {experiment.experiment_id: experiment for experiment in client.search_experiments()}
    newest = client.search_runs(list(experiments), order_by=["attributes.start_time DESC"], max_results=1)
    experiment_id = newest[0].info.experiment_id if newest else max(experiments, key=int, default="0")
    return page_of(experiment_id, experiments[experiment_id].tags if experiment_id in experiments else {})
