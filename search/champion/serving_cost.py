"""What serving a champion costs: the size of its models and the time of a prediction, which grow with their number."""

import statistics
import time

import numpy as np
import pandas as pd

from ..data.columns import Features
from .pyfunc import Champion
from .verification import EXPECTED

N_ROWS = (1, 32)
"""Numbers of rows that are predicted at once."""
_N_TIMES = 5


def measure_cost(champion: Champion, rows: Features) -> dict[str, float]:
    """Measure a champion on this machine, preprocessing included, beside whatever else runs on it.

    Args:
        champion: The champion.
        rows: Raw rows, at least one.

    Returns:
        ``n_models``, ``size_bytes`` of their files, and the median time of a prediction in milliseconds, ``latency_ms`` of one row and
        ``latency_ms_32`` of 32 rows.
    """
    files = (path for path in champion.folder.rglob("*") if path.is_file() and path.name != EXPECTED)
    cost = {"n_models": len(champion.members), "size_bytes": sum(path.stat().st_size for path in files)}
    return cost | {f"latency_ms{'' if n == 1 else f'_{n}'}": _milliseconds(champion, rows, n) for n in N_ROWS}


def _milliseconds(champion: Champion, rows: Features, n_rows: int) -> float:
    places = np.arange(n_rows) % len(rows)
    chosen = rows.iloc[places] if isinstance(rows, pd.DataFrame) else rows[places]
    champion.predict(chosen)  # it may compile
    seconds = []
    for _ in range(_N_TIMES):
        started = time.perf_counter()
        champion.predict(chosen)
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)
