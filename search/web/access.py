"""Refuses requests of other hosts' pages and, if there is a token, requests without it. It reads no request's body.

A page of another host reaches a server of this machine in two ways. Its own name may resolve to 127.0.0.1 (DNS rebinding): then
the ``Host`` header has that name. Or it sends requests to this server's address: then a browser adds ``Origin`` or ``Sec-Fetch-Site``.
"""

import re
import secrets
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from typing import final
from urllib.parse import parse_qs

from .asgi import App, Message, Receive, Scope, Send, respond

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine that reach no other one."""

_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"SAMEORIGIN"), (b"referrer-policy", b"same-origin"))
_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::\d+)?", re.IGNORECASE)
_UNAUTHORIZED = "This page needs the token: open the whole address that the command has printed, which ends in ?token=..."


@final
class Access:
    """An ASGI application that passes permitted requests on to another one.

    Args:
        app: The other application.
        hosts: Names and IP addresses, exactly as the ``Host`` header may have them, without port and brackets.
        token: A secret. A request has it in its query, and later ones in the cookie that the first one is given. Defaults to
            none, which admits everybody.
    """

    def __init__(self, app: App, hosts: Collection[str], token: str = "") -> None:
        self._app, self._token = app, token
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to other hosts' pages, 401 to requests without the token, and pass all others on."""
        if scope["type"] != "http":  # nothing here uses websockets
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await original_send(message)

        original_send, send = send, send_safely
        if reason := self._refusal(scope):
            await respond(send, 403, reason)
        elif not self._token or self._has_cookie(scope):
            await self._app(scope, receive, send)
        elif self._is_token(parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]):
            cookie = f"{_cookie_name(scope)}={self._token}; Path=/; HttpOnly; SameSite=Strict"
            await respond(send, 303, "", headers=[(b"location", b"/"), (b"set-cookie", cookie.encode())])
        else:
            await respond(send, 401, _UNAUTHORIZED)

    def _refusal(self, scope: Scope) -> str:
        """Return why a request may come from another host's page; empty if it does not."""
        host = _only(scope, b"host")
        matched = _HOST.fullmatch(host)
        if not matched or (matched["address"] or matched["name"]).lower() not in self._hosts:
            return f"The host is not one of {', '.join(sorted(self._hosts))}; name another one with --host"
        origin = _only(scope, b"origin")
        if origin and origin not in (f"http://{host}", f"https://{host}"):
            return "Pages of other hosts are refused"
        if _only(scope, b"sec-fetch-site") in ("cross-site", "same-site") and _only(scope, b"sec-fetch-mode") != "navigate":
            return "Pages of other hosts are refused"
        return ""

    def _has_cookie(self, scope: Scope) -> bool:
        try:
            found = SimpleCookie(_only(scope, b"cookie")).get(_cookie_name(scope))
        except CookieError:
            return False
        return found is not None and self._is_token(found.value)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


def _only(scope: Scope, name: bytes) -> str:
    """Return a request's header; empty if it is missing, and a comma, which no host and origin has, for a repeated one."""
    found = [value.decode("latin-1") for header, value in scope["headers"] if header.lower() == name]
    return found[0] if len(found) == 1 else "," * len(found)


def _cookie_name(scope: Scope) -> str:
    """Return a name of this port's own: a browser sends a host's cookies to all of its ports."""
    return f"perceptune_{(scope.get('server') or ('', 0))[1]}"
