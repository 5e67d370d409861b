"""The command ``perceptune``, also ``python -m perceptune``: runs this project's ``search``, whatever lies on the path before it."""

import sys
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its status."""
    sys.path.insert(0, str(Path(__file__).parent))
    from search.__main__ import main as run  # a user's search.py may be first on the path

    del sys.path[0]
    run()


if __name__ == "__main__":
    main()
