"""Collects the provenance of results: the git commit, the installed packages, the machine and its devices.

It imports neither TensorFlow nor Keras. An unknown value is None or empty; nothing is raised for it.
"""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from ..hardware import gpu_names, processor_name

HERE = Path(__file__).resolve().parents[1]
MAIN_PACKAGES = ("tensorflow", "keras", "jax", "torch", "keras-tuner", "optuna", "mlflow", "scikit-learn", "pandas", "numpy")
"""The packages whose versions change results, by the names of their distributions."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Version of the code, and the machine that it runs on.

    Attributes:
        commit: The git commit of the code, 40 hexadecimal digits; None if the code is not tracked by git.
        is_dirty: Whether files differ from the commit or are not in it; None without a commit.
        python: Python's version, such as ``3.12.3``.
        platform: Operating system and processor, such as ``Linux-6.8-x86_64``.
        backend: The Keras backend that is configured, such as ``tensorflow``.
        packages: Version by distribution name, in lower case, of all installed packages.
        devices: The GPUs, such as ``NVIDIA A100-SXM4-80GB``; the processor if there are none.
    """

    commit: str | None
    is_dirty: bool | None
    python: str
    platform: str
    backend: str
    packages: Mapping[str, str]
    devices: tuple[str, ...]

    @property
    def main_packages(self) -> dict[str, str]:
        """Versions of the installed packages among `MAIN_PACKAGES`."""
        return {name: self.packages[name] for name in MAIN_PACKAGES if name in self.packages}

    @property
    def requirements(self) -> str:
        """Text of a requirements file with all versions."""
        return "".join(f"{name}=={version}\n" for name, version in self.packages.items())


def collect(folder: Path = HERE) -> Provenance:
    """Collect the provenance of this process's results.

    Args:
        folder: A folder of the code. Defaults to this package's.
    """
    commit, is_dirty = git_revision(folder)
    return Provenance(
        commit=commit,
        is_dirty=is_dirty,
        python=platform.python_version(),
        platform=platform.platform(terse=True),
        backend=keras_backend(),
        packages=installed_packages(),
        devices=devices(),
    )


def git_revision(folder: Path = HERE) -> tuple[str | None, bool | None]:
    """Return the checked-out commit of a folder, and whether the checkout differs from it.

    Args:
        folder: A folder with tracked files. Defaults to this package's.

    Returns:
        The commit and the dirty flag; both None outside git, or if git tracks no file of the folder, as for a virtual environment
        inside another project's checkout.
    """
    commit = _output("git", "-C", str(folder), "rev-parse", "--verify", "HEAD")
    if commit is None or not _output("git", "-C", str(folder), "ls-files", "."):
        return None, None
    top = _output("git", "-C", str(folder), "rev-parse", "--show-toplevel") or str(folder)
    changes = _output("git", "-C", top, "status", "--porcelain")
    return commit, None if changes is None else bool(changes)


def installed_packages() -> dict[str, str]:
    """Return the version of every installed distribution by its name in lower case, sorted."""
    read = (dist.metadata for dist in distributions())  # once for each: `name` and `version` would parse the file twice
    found = {metadata["Name"].lower(): metadata["Version"] for metadata in read if metadata["Name"]}
    return dict(sorted(found.items()))


def devices() -> tuple[str, ...]:
    """Return the names of the NVIDIA GPUs in their order, or else the processor's with its cores."""
    return tuple(gpu_names()) or (f"{processor_name()}, {os.cpu_count()} cores",)


def keras_backend() -> str:
    """Return the backend that Keras will use, by the rules of Keras: KERAS_BACKEND, then keras.json, then TensorFlow.

    Source: ``keras/src/backend/config.py``.
    """
    if "KERAS_BACKEND" in os.environ:
        return os.environ["KERAS_BACKEND"]
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    try:
        return str(json.loads((home / "keras.json").read_text(encoding="utf-8"))["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow"


def _output(*command: str) -> str | None:
    """Return the output of a command, or None if it is missing, fails or takes longer than 10 seconds."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
