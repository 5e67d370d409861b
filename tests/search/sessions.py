"""Code of a Python session, as in a notebook's cell: its functions are of ``__main__`` and have a source, but no file."""

import itertools
import linecache

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
