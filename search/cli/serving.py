"""What the commands that serve a page share: their options, the token, the printed address, the browser."""

import contextlib
import os
import secrets
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..redaction import write_unredacted

if TYPE_CHECKING:
    from ..web.asgi import App

TOKEN = "PERCEPTUNE_UI_TOKEN"  # noqa: S105 - the name of the environment variable that holds it
_MIN_LENGTH = 16
_WILDCARDS = {"", "0.0.0.0", "::", "*"}  # noqa: S104 - they are refused

Port = Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Name or IP address of this machine; one that others reach needs a token.")]
Token = Annotated[bool, typer.Option("--token", help=f"Ask for a token: {TOKEN} of the environment, or else a new one.")]
Browser = Annotated[bool, typer.Option(help="Open the address in a browser, where there is a display and no token.")]


def serve_page(make: "Callable[[], tuple[App, str]]", name: str, *, port: int, host: str, token: bool, browser: bool) -> None:
    """Serve a page to this machine's user until Ctrl-C, and print its address when it responds.

    Args:
        make: Makes the application, once its address is reserved, and returns it with the path of the page to open.
        name: The page's name, which is printed.
        port: The port, 1 to 65535.
        host: A name or IP address of this machine.
        token: Whether a token is asked for.
        browser: Whether a browser is opened.

    Raises:
        InputError: If the address cannot be used, or may be reached from other machines and there is no token.
    """
    from ..web.access import LOOPBACK, Access
    from ..web.server import reserve, serve

    secret = _token(host, is_wanted=token, is_needed=host.lower() not in LOOPBACK)
    with contextlib.suppress(KeyboardInterrupt), reserve(host, port) as reserved:
        app, page = make()
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/{f'?token={secret}' if secret else ''}{page}"
        opens = browser and not secret and _has_display()  # others see arguments
        serve(Access(app, {*LOOPBACK, host}, secret), reserved, lambda: _announce(name, address, opens=opens))


def _announce(name: str, address: str, *, opens: bool) -> None:
    write_unredacted(f"{name} is at {address}\nCtrl-C ends it.")
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
        raise InputError(f'--host "{host}" may be reached from other machines, and the page asks for no password; add --token, or set {TOKEN}')
    return given or (secrets.token_urlsafe(24) if is_wanted else "")


def _has_display() -> bool:
    """Return whether a browser can be opened; without a display Python would start one inside the terminal."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
