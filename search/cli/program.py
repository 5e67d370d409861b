"""How this program is called where the user stands, for the commands that messages name."""

import shutil
import sys
from pathlib import Path

NAME = "perceptune"


def program() -> str:
    """Return the command: its name if it is on the path, else its path, relative where it is below the working directory."""
    installed = Path(sys.executable).parent / NAME
    found = shutil.which(NAME)
    if found is not None and (not installed.is_file() or Path(found).samefile(installed)):
        return NAME
    if not installed.is_file():
        return f"{sys.executable} -m search"
    return str(installed.relative_to(Path.cwd())) if installed.is_relative_to(Path.cwd()) else str(installed)
