"""Workers that cannot start end a search; one slow replacement of a worker that could does not."""

from types import SimpleNamespace

import pytest

from search.errors import WorkerError
from search.executors.lost_workers import FailedStarts

HUNG = SimpleNamespace(is_hung=True, connection=SimpleNamespace(is_node_lost=False, exit_reason="SIGKILL", log="worker-0.log", last_output=""))


def test_the_first_worker_that_hangs_ends_the_search():
    with pytest.raises(WorkerError, match=r"not ready after 600 s \(executor\.start_timeout_seconds\)"):
        FailedStarts().add(HUNG, 600.0)


def test_replacements_that_hang_end_the_search_after_five():
    failed = FailedStarts()
    failed.reset()
    for _ in range(4):
        failed.add(HUNG, 600.0)
    with pytest.raises(WorkerError, match="cannot start"):
        failed.add(HUNG, 600.0)
