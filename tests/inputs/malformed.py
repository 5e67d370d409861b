"""One malformed input, and an experiment file with some of its lines changed."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SEED = 13
LONG, DEEP, WIDE = 5_000, 1_000, 200_000
RUN = ("run", "given.toml")
TABLE = "x,letter,y\n" + "".join(f"{(row * 7) % 40 / 10},{'ab'[row % 2]},{'yes' if row % 3 else 'no'}\n" for row in range(60))
EXPERIMENT = {
    "model": '"models.mlp:build_mlp"',
    "data.loader": '"experiments.datasets:csv"',
    "data.path": '"table.csv"',
    "data.target": '"y"',
    "space.model.n_neurons": "4",
    "space.training.epochs": "1",
    "objective.metric": '"val_loss"',
    "objective.direction": '"minimize"',
    "search.n_trials": "1",
    "executor.name": '"in-process"',
}

Content = str | bytes | Callable[[Path], object]
"""What a file holds, or a function that makes something else at its path."""


@dataclass(frozen=True)
class Malformed:
    """A malformed input.

    Attributes:
        name: What is wrong, unique among the inputs of its kind.
        says: What the message must name, in lower case.
        files: Content by the file's name.
        words: The command.
        variables: Environment variables.
        status: The exit status.
    """

    name: str
    says: str
    files: Mapping[str, Content] = field(default_factory=dict)
    words: tuple[str, ...] = RUN
    variables: Mapping[str, str] = field(default_factory=dict)
    status: int = 2

    def write(self, folder: Path) -> None:
        """Write the files into a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)


def experiment(changes: Mapping[str, str | None] | None = None) -> str:
    """Return an experiment file with some values, in TOML's notation, changed, added or left out."""
    changes = changes or {}
    changed = tuple(f"{key}." for key in changes)
    kept = {key: value for key, value in EXPERIMENT.items() if not key.startswith(changed)}
    return "".join(f"{key} = {value}\n" for key, value in (kept | dict(changes)).items() if value is not None)


def changed(name: str, says: str, changes: Mapping[str, str | None], table: Content = TABLE, **files: Content) -> Malformed:
    """Return an experiment with changed values as an input; further files are modules."""
    modules = {f"{module}.py": content for module, content in files.items()}
    return Malformed(name, says, {"given.toml": experiment(changes), "table.csv": table, **modules})


def rng(kind: str) -> random.Random:
    """Return a generator of random numbers for a kind of inputs."""
    return random.Random(f"{SEED} {kind}")
