"""Serves an application on one address of this machine until Ctrl-C: one process, without threads of its own that outlive it."""

import errno
import logging
import os
import socket
from collections.abc import Callable

from ..errors import InputError
from .asgi import App

_ENDING_SECONDS = 2
"""Time that requests have to finish after Ctrl-C."""


def reserve(host: str, port: int) -> socket.socket:
    """Reserve an address, at which nothing responds yet.

    Args:
        host: A name or IP address of this machine.
        port: The port, 1 to 65535.

    Raises:
        InputError: If the address is not one of this machine, or its port is in use.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:  # the latter for names of no valid form
        reason = error.strerror if isinstance(error, OSError) else "no valid name"
        raise InputError(f'--host "{host}" is not known ({reason}); give a name or an IP address of this machine') from None
    reserved = socket.socket(family)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind(address)
    except OSError as error:
        reserved.close()
        is_elsewhere = error.errno == errno.EADDRNOTAVAIL
        advice = "give a name or an IP address of this machine" if is_elsewhere else "choose another one with --port, or PORT= with make"
        raise InputError(f"Port {port} of {host} cannot be used ({error.strerror}); {advice}") from None
    return reserved


def serve(app: App, reserved: socket.socket, on_start: Callable[[], None]) -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    Args:
        app: An ASGI application.
        reserved: What `reserve` has returned. It is closed at the end.
        on_start: Called once, when requests are served.

    Raises:
        KeyboardInterrupt: After Ctrl-C.
    """
    import uvicorn

    quiet = logging.DEBUG if os.environ.get("PERCEPTUNE_DEBUG") else logging.ERROR
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level=quiet,
        access_log=False,  # it would show the token
        lifespan="off",
        ws="none",
        proxy_headers=False,  # any process could claim another address
        server_header=False,
        timeout_graceful_shutdown=_ENDING_SECONDS,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_no_ending)
    with reserved:
        reserved.listen(128)  # from here on a request waits until the server takes it
        on_start()
        uvicorn.Server(config).run([reserved])


def _is_no_ending(record: logging.LogRecord) -> bool:
    """Return whether a log record is about anything else than connections that browsers keep open until the end."""
    return "timeout graceful shutdown exceeded" not in str(record.msg)
