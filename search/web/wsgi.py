"""Serves a WSGI application that only reads, as an ASGI application. It passes on no request's body.

See https://peps.python.org/pep-3333/. Not a2wsgi, tried with 1.10: the process does not end on Ctrl-C while one of its threads is at
work, and optuna-dashboard fails on a request without Accept-Encoding. uvicorn's and Starlette's own adapters are deprecated.
"""

import asyncio
import contextlib
import io
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, final

from .asgi import Receive, Scope, Send

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_Response = tuple[int, list[tuple[bytes, bytes]], bytes]


@final
class WsgiApp:
    """An ASGI application that calls a WSGI one, each request in a thread that does not keep the process from ending.

    Args:
        app: The WSGI application.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request."""
        environ = _environ(scope)
        status, headers, body = await _in_thread(lambda: self._respond(environ))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _respond(self, environ: dict[str, Any]) -> _Response:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _content: None  # the old way to write, which bottle does not use

        chunks = self._app(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started[-1]
        kept = [(name.lower(), value) for name, value in headers if name.lower() != "date"]  # the server has its own
        return int(status.split()[0]), [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept], body


def _environ(scope: Scope) -> dict[str, Any]:
    """Return WSGI's variables of a request."""
    name, port = scope.get("server") or ("localhost", 80)
    headers = {f"HTTP_{key.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1") for key, value in scope["headers"]}
    return {"HTTP_ACCEPT_ENCODING": "", **headers} | {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": name,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


async def _in_thread(function: Callable[[], _Response]) -> _Response:
    """Call a function in a thread of its own. Those of an executor are waited for at the end, however long a request takes."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[_Response] = loop.create_future()

    def call() -> None:
        try:
            outcome, error = function(), None
        except Exception as raised:
            outcome, error = None, raised
        with contextlib.suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(settle, outcome, error)

    def settle(outcome: _Response | None, error: Exception | None) -> None:
        if result.done():  # the browser has gone
            return
        if outcome is not None:
            result.set_result(outcome)
        elif error is not None:
            result.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    return await result
