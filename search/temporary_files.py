"""Temporary files and folders that are found and removed if the process that made them was killed."""

import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

import psutil

_NAME = re.compile(r"perceptune-(?P<host>.+)-(?P<process>\d+)-[^-]*")


def temporary_prefix() -> str:
    """Return the beginning of the names of this process' temporary files, for the functions of `tempfile`."""
    return f"perceptune-{_host()}-{os.getpid()}-"


def remove_abandoned() -> None:
    """Remove the temporary files of this user's processes on this machine that have ended without removing them."""
    for path in Path(tempfile.gettempdir()).glob("perceptune-*"):
        found = _NAME.fullmatch(path.name)
        if found and found["host"] == _host() and not psutil.pid_exists(int(found["process"])) and _is_own(path):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _host() -> str:
    """Return this machine's name and its namespace of processes.

    Other machines and containers may share the folder of temporary files, and their processes are not seen from here.
    """
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # no Linux
        namespace = 0
    name = re.sub(r"[^\w.]", "_", socket.gethostname())
    return f"{name}.{namespace}"


def _is_own(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid() if hasattr(os, "getuid") else True
    except OSError:  # another process has removed it
        return False
