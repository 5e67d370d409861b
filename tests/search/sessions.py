"""Code of a Python session, as in a notebook's cell: its functions are of ``__main__`` and have a source, but no file."""

import contextlib
import itertools
import linecache
import sys
from types import ModuleType

_COUNT = itertools.count()


def run_cell(text, **names):
    """Run code as a cell does, and return its global names.

    Args:
        text: The code.
        **names: Global names that earlier cells have defined.
    """
    file = f"<cell {next(_COUNT)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope = {"__name__": "__main__", **names}
    exec(compile(text, file, "exec"), scope)
    return scope


@contextlib.contextmanager
def as_main(cell):
    """Let the names of a cell be those of ``__main__`` during a block, as they are in a session."""
    module = ModuleType("__main__")
    vars(module).update(cell)
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        yield
    finally:
        sys.modules["__main__"] = before
