"""Serves MLflow's own page for the studies: its application, limited to some endpoints, with settings for a new browser.

It listens nowhere, starts no process, and asks for no password: see `access.py`.
"""

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from .asgi import App, Receive, Scope, Send, respond
from .endpoints import is_served

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEW_BROWSER = {
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.panelOpen_v1": False,
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
    "mlflow.settings.telemetry.enabled_v1": False,
    "mlflow.telemetry.info.alert.dismissed_v1": True,
    "_mlflow_model_registry_promo_modal_dismissed_v1": True,
}
"""Settings that MLflow's page keeps in a browser (``localStorage``): pages on training instead of language models, no assistant, no usage reports,
no announcement in front of the registry."""

_HIDDEN = (
    "[data-assistant-ui]",  # the button of the assistant
    "aside div:has(> div + [role=button] + [role=button])",  # the choice between language models and training
    'li:has(> a[href*="/traces"], > a[href*="/settings/llm-connections"], > a[href*="/settings/webhooks"])',
    'section:has([data-component-id="mlflow.home.demo-banner.launch"])',
    '[role=tab][id$="-trigger-evaluations"]',  # traces of a run
    '[data-testid="key-value-Registered prompts"]',
)
"""What MLflow's page has for language models only, whose endpoints are not served, as CSS selectors."""

_SCRIPT = Path(__file__).with_name("browser_defaults.js")

_NO_GATEWAY = ("GET", "/ajax-api/2.0/mlflow/gateway-proxy")
"""The page asks for language models when it starts, and shows any other response than an empty list as an error."""

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # eight processes for MLflow's features of language models
    "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE": "true",  # it admits all private addresses; `access.py` is stricter
}


@final
class MlflowApp:
    """An ASGI application: MLflow's page, and of its endpoints those that `endpoints.py` names; any other is not found.

    Args:
        mlflow_app: MLflow's own application.
        page: The text of its only page.
    """

    def __init__(self, mlflow_app: App, page: str) -> None:
        self._mlflow_app, self._page = mlflow_app, _with_settings(page, _NEW_BROWSER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if (scope["method"], scope["path"]) == _NO_GATEWAY:
            await respond(send, 200, '{"endpoints": []}', content_type="application/json")
        elif not is_served(scope["method"], scope["path"]):
            await respond(send, 404, "Not found: `ui` shows, describes and deletes runs and models; it serves no other endpoint of MLflow's")
        elif scope["path"] == "/":
            await respond(send, 200, self._page, content_type="text/html")
        else:
            await self._mlflow_app(scope, receive, send)


def make_mlflow_app(tracking_uri: str, artifacts: Path) -> MlflowApp:
    """Import MLflow's server, which takes some seconds, and set this process' environment variables for it.

    Args:
        tracking_uri: A database that has MLflow's tables already, such as ``sqlite:///mlruns/mlflow.db``.
        artifacts: The folder of new experiments' artifacts.
    """
    os.environ.update(_SETTINGS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages that MLflow uses
        from mlflow.server import app as flask_app
        from mlflow.server.constants import ARTIFACT_ROOT_ENV_VAR, BACKEND_STORE_URI_ENV_VAR
        from mlflow.server.fastapi_app import app
    # Not as arguments, which every user of this machine can list: the URI may contain a password.
    os.environ.update({BACKEND_STORE_URI_ENV_VAR: tracking_uri, ARTIFACT_ROOT_ENV_VAR: artifacts.as_uri()})
    return MlflowApp(app, Path(str(flask_app.static_folder), "index.html").read_text(encoding="utf-8"))


def _with_settings(page: str, settings: "Mapping[str, Any]") -> str:
    """Insert a style, and a script before a page's first one, which gives a browser the settings that it does not have."""
    style = "".join(f"{selector}{{display:none !important}}" for selector in _HIDDEN)  # one rule each: a browser leaves out those it cannot read
    script = f"{_SCRIPT.read_text(encoding='utf-8')}({json.dumps(settings)})"
    return page.replace("<script", f"<style>{style}</style><script>{script}</script><script", 1)
