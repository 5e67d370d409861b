"""Lets a test that runs as root meet files that it may not read or write, wherever the checkout lies."""

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

_VERSION_3 = 0x20080522  # linux/capability.h
_OVERRIDES = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root passes over the permissions of files


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Set(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Let this thread, and those that it starts, meet the permissions of files even as root, during a block."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Set * 2)()
    _check(libc.capget(ctypes.byref(header), sets))
    before = sets[0].effective
    sets[0].effective = before & ~_OVERRIDES
    _check(libc.capset(ctypes.byref(header), sets))
    try:
        yield
    finally:
        sets[0].effective = before
        _check(libc.capset(ctypes.byref(header), sets))


def make_read_only(folder: Path) -> None:
    """Take the right to write from a folder and all that it has."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)


def _check(status: int) -> None:
    if status:
        raise OSError(ctypes.get_errno(), "the rights of this thread cannot be changed")
