"""The connection to the cluster that ``RAY_ADDRESS`` names, and the code that its nodes receive."""

import sys

import pytest

from search.errors import InputError, MissingExtraError
from search.executors.ray_cluster.connection import connect, import_ray
from tests.conftest import ROOT


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere"])
def test_no_cluster_at_the_address_is_an_error(monkeypatch, address):
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(InputError, match=f'"{address}"'):
        connect(import_ray())


def test_a_missing_ray_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"\.\[ray\]"):
        import_ray()


@pytest.mark.slow
@pytest.mark.parametrize("is_checkout", [False, True], ids=["in another folder", "in the checkout"])
def test_nodes_receive_the_working_directory_and_the_package(cluster, monkeypatch, tmp_path, is_checkout):
    """In the checkout the package is part of the working directory, elsewhere it is sent beside it."""
    (tmp_path / "own.py").touch()
    monkeypatch.chdir(ROOT if is_checkout else tmp_path)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)

    def locate(*names):  # sent by value, since the node has no tests
        from importlib.util import find_spec

        return [find_spec(name).origin for name in names]

    connect(ray := import_ray())
    try:
        files = ray.get(ray.remote(locate).remote("search", "models", "experiments", *(() if is_checkout else ("own",))))
    finally:
        ray.shutdown()
    assert all("runtime_resources" in file for file in files), files
