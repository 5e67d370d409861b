"""A request to an ASGI application without a server."""

import asyncio
from dataclasses import dataclass

from search.web.asgi import App


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    text: str


def request(app: App, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> Response:
    """Send a request; a header's name has ``_`` for ``-``, and several values are separated by ``|``."""
    sent: list[dict] = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, values in headers.items() for value in values.split("|")]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": pairs, "server": ("127.0.0.1", 5000)}
    asyncio.run(app(scope, receive, send))
    start, *bodies = sent
    text = b"".join(body["body"] for body in bodies).decode()
    return Response(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, text)
