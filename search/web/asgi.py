"""The types of an ASGI application, and a short response of one. See https://asgi.readthedocs.io/en/latest/specs/www.html."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def respond(send: Send, status: int, text: str, *, content_type: str = "text/plain", headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send a whole response.

    Args:
        send: ASGI's function that sends a message.
        status: The HTTP status.
        text: The body.
        content_type: Its media type, without the character set, which is UTF-8. Defaults to plain text.
        headers: Further headers, their names in lower case. Defaults to none.
    """
    described = (b"content-type", f"{content_type}; charset=utf-8".encode())
    await send({"type": "http.response.start", "status": status, "headers": [described, (b"cache-control", b"no-store"), *headers]})
    await send({"type": "http.response.body", "body": text.encode()})
