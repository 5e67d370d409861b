"""Imports Ray and connects to its cluster. Only the files of this folder know Ray."""

import logging
import os
import secrets
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import InputError, MissingExtraError

_CONNECT_SECONDS = 10
_NOT_UPLOADED = ["mlruns", ".venv", ".git", "**/__pycache__"]
"""Parts of the working directory that the nodes do not need."""


def import_ray() -> ModuleType:
    """Import Ray, with its warnings and statistics switched off; a cluster of this machine only is closed to other machines and users.

    Raises:
        MissingExtraError: If it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no statistics are sent to Ray's developers
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")  # the failed calls of a lost actor are not shown one by one
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # avoids a warning about Ray's future default
    if not cluster_address() and "ray" not in sys.modules:  # Ray reads these when it is imported, and only then
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # it listens on 127.0.0.1 only, as it does on macOS and Windows
        if os.environ.setdefault("RAY_AUTH_MODE", "token") == "token":
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError('executor.name = "ray": Ray is not installed; install it: .venv/bin/pip install -e ".[ray]"') from error
    return ray


def cluster_address() -> str:
    """Return the cluster's address by ``RAY_ADDRESS``; empty for a cluster on this machine only."""
    address = os.environ.get("RAY_ADDRESS", "")
    return "" if address == "local" else address


def connect(ray: ModuleType) -> None:
    """Connect to the cluster at ``RAY_ADDRESS``, or start one on this machine.

    Args:
        ray: The module.

    Raises:
        InputError: If there is no cluster at the address.
    """
    address = cluster_address()
    try:
        if address.count(":") == 1:  # Ray itself would retry for minutes
            host, port = address.split(":")
            socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
        ray.init(
            address=address or "local",
            runtime_env=_project() if address and "RAY_JOB_CONFIG_JSON_ENV_VAR" not in os.environ else None,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (OSError, RuntimeError, ValueError) as error:  # Ray's ConnectionError is an OSError
        advice = "start one with: ray start --head; if it uses a token, set RAY_AUTH_MODE=token here too and copy its ~/.ray/auth_token"
        raise InputError(f'No Ray cluster was found at RAY_ADDRESS="{address}" ({error}); {advice}') from error


def forwarded_environment() -> dict[str, str]:
    """Return the environment variables by which a node resolves the same references and uses the same backend as this process."""
    root = str(Path(__file__).parents[3])  # first: no file of the user hides this package
    own = [path or os.getcwd() for path in sys.path if not path.startswith((sys.prefix, sys.base_prefix))]
    backend = {name: os.environ[name] for name in ("KERAS_BACKEND",) if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys([root, *own]))} | backend


def _project() -> dict[str, Any]:
    """Return the parts of the project that nodes need: the working directory, and this package if it lies elsewhere."""
    root = Path(__file__).parents[3]
    packages = [] if root == Path.cwd() else [str(root / name) for name in ("search", "models", "experiments") if (root / name).is_dir()]
    needed = {"working_dir": str(Path.cwd()), "excludes": _NOT_UPLOADED}
    return needed | ({"py_modules": packages} if packages else {})  # Ray refuses an empty list
