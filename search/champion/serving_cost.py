"""What serving a champion costs: the size of its models and the time of a prediction, which grow with their number."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .pyfunc import Champion

N_ROWS = (1, 32)
"""Numbers of rows that are predicted at once."""
_N_TIMES = 7


def measure_cost(champion: Champion, rows: Any) -> dict[str, float]:
    """Measure a champion on this machine, preprocessing included.

    Args:
        champion: The champion.
        rows: Raw rows, at least one.

    Returns:
        ``n_models``, ``size_bytes`` of their files, and the median time of a prediction in milliseconds, ``latency_ms`` of one row and
        ``latency_ms_32`` of 32 rows.
    """
    files = [path for member in champion.members for path in _files(member.folder)]
    cost = {"n_models": len(champion.members), "size_bytes": sum(path.stat().st_size for path in {*files, *_files(champion.folder)})}
    return cost | {f"latency_ms{'' if n == 1 else f'_{n}'}": _milliseconds(champion, rows, n) for n in N_ROWS}


def _files(folder: Path) -> Sequence[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _milliseconds(champion: Champion, rows: Any, n_rows: int) -> float:
    chosen = rows[:n_rows]
    champion.predict(chosen)  # it may compile
    seconds = []
    for _ in range(_N_TIMES):
        started = time.perf_counter()
        champion.predict(chosen)
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)
