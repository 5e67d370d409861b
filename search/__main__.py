"""The command line: ``python -m search``, or ``perceptune`` once installed."""

import os
import sys

from .cli.app import run_app


def main() -> None:
    """Run the command line and exit with its status."""
    # The console script lacks the working directory on the path, where the user's own modules are.
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    sys.exit(run_app(sys.argv[1:]))


if __name__ == "__main__":
    main()
