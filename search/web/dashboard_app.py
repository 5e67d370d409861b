"""Serves optuna-dashboard for a storage, for reading only: GET and HEAD are served, and no other method.

It listens nowhere and asks for no password: see `access.py`.
"""

import json
import logging
import os
from typing import TYPE_CHECKING, final

from ..errors import MissingExtraError
from .asgi import App, Message, Receive, Scope, Send, respond
from .wsgi import WsgiApp

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_REFUSAL = "This page only shows studies: ledgers are written by searches alone. Change a study with the commands run, rename and delete"

_HIDDEN = (
    '[aria-label="rename study"]',
    '[aria-label="delete study"]',
    'button:has([data-testid="AddBoxIcon"])',  # the button that creates a study
    'button:has([data-testid="EditIcon"])',  # those that edit notes
    'li:has(> a[href$="/note"])',
)
"""What the page has for changes, as CSS selectors: some of it shows a refusal without its reason."""

_STYLE = f"<style>{''.join(f'{selector}{{display:none !important}}' for selector in _HIDDEN)}</style>".encode()


@final
class ReadOnlyApp:
    """An ASGI application: optuna-dashboard's GET and HEAD, with a page that offers no changes; all other methods are refused.

    Args:
        app: The dashboard's own application, which sends each body whole.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with status 405 and the reason, which the page shows."""
        if scope["method"] not in ("GET", "HEAD"):
            reason = json.dumps({"reason": _REFUSAL})
            await respond(send, 405, reason, content_type="application/json", headers=[(b"allow", b"GET, HEAD")])
            return

        async def send_styled(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [header for header in message["headers"] if header[0] != b"content-length"]}
            else:
                message = {**message, "body": message["body"].replace(b"</head>", _STYLE + b"</head>", 1)}
            await send(message)

        is_page = scope["path"].split("/")[1:2] == ["dashboard"]
        await self._app(scope, receive, send_styled if is_page else send)


def make_dashboard_app(storage: "BaseStorage") -> ReadOnlyApp:
    """Import optuna-dashboard, which takes a second, and make its application.

    Args:
        storage: Optuna's storage of the studies to show.

    Raises:
        MissingExtraError: If optuna-dashboard is not installed.
    """
    try:
        from optuna_dashboard import wsgi
    except ImportError as error:
        raise MissingExtraError('optuna-dashboard is not installed; install it: .venv/bin/pip install -e ".[dashboard]"') from error
    if not os.environ.get("PERCEPTUNE_DEBUG"):
        logging.getLogger("optuna_dashboard._bottle_util").addFilter(_without_traceback)
    return ReadOnlyApp(WsgiApp(wsgi(storage)))


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keep the first line of a log record, which has the error of a request."""
    record.msg = str(record.msg).partition("\n")[0]
    return True
