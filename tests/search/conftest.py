"""A Ray cluster, started once for all tests that use one."""

import pytest

from tests.ray_cluster import running_cluster


@pytest.fixture(scope="session")
def cluster():
    with running_cluster() as cluster:
        yield cluster
