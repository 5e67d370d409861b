"""Jobs and timings: the JSON files by which the main program and a runner communicate, in the runner's folder."""

import dataclasses
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .tasks import Task, Trial

JOB, TIMING = "job.json", "timing.json"


@dataclass(frozen=True)
class Job:
    """One search by one runner.

    Attributes:
        task: The task.
        trials: Its trials, in order.
        seed: Seed of the training.
    """

    task: Task
    trials: list[Trial]
    seed: int

    def write(self, folder: Path) -> None:
        """Write the job into a runner's folder."""
        (folder / JOB).write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls) -> "Job":
        """Read the job from the working directory; for runners."""
        content = json.loads(Path(JOB).read_text(encoding="utf-8"))
        return cls(Task(**content["task"]), content["trials"], content["seed"])


def write_timing(ready: float, recorded: float | None = None, **facts: Any) -> None:
    """Write when a search started and ended, into the working directory; for runners.

    Args:
        ready: When the backend was imported and the data loaded, in seconds since 1970.
        recorded: When the last trial was recorded. Defaults to now.
        **facts: Further values for the main program.
    """
    content = {"ready": ready, "recorded": recorded or time.time(), **facts}
    Path(TIMING).write_text(json.dumps(content), encoding="utf-8")


def read_timing(folder: Path) -> Mapping[str, Any]:
    """Read a runner's timing."""
    return dict(json.loads((folder / TIMING).read_text(encoding="utf-8")))
