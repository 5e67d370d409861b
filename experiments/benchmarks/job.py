"""What the main program tells a runner, and what a runner answers, as JSON files in the runner's folder."""

import dataclasses
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .tasks import Task, Trial

JOB, ANSWER = "job.json", "answer.json"


@dataclass(frozen=True)
class Job:
    """One search for one runner.

    Attributes:
        task: The task.
        trials: Its trials, in order.
        seed: Seed of the training.
    """

    task: Task
    trials: list[Trial]
    seed: int

    def write(self, folder: Path) -> None:
        """Put it into a runner's folder."""
        (folder / JOB).write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls) -> "Job":
        """Read it from the working directory, in the runner."""
        content = json.loads(Path(JOB).read_text(encoding="utf-8"))
        return cls(Task(**content["task"]), content["trials"], content["seed"])


def answer(ready: float, recorded: float | None = None, **facts: Any) -> None:
    """Write down when a search began and ended, in the runner.

    Args:
        ready: When the backend was imported and the data loaded, in seconds since 1970.
        recorded: When the last trial was recorded. Defaults to now.
        **facts: Whatever else the runner knows, plain values.
    """
    content = {"ready": ready, "recorded": recorded or time.time(), **facts}
    Path(ANSWER).write_text(json.dumps(content), encoding="utf-8")


def read_answer(folder: Path) -> Mapping[str, Any]:
    """Read what a runner answered."""
    return dict(json.loads((folder / ANSWER).read_text(encoding="utf-8")))
