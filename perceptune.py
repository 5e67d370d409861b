"""The command ``perceptune``, also ``python -m perceptune``, and what ``search`` offers to Python, whatever lies on the path before it.

from perceptune import Study
"""

import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the command line and exit with its status."""
    sys.path.insert(0, str(Path(__file__).parent))
    from search.__main__ import main as run  # a user's search.py may be first on the path

    del sys.path[0]
    run()


def __getattr__(name: str) -> Any:
    import search

    if name not in search.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(search, name)


if __name__ == "__main__":
    main()
