"""Provenance is collected without TensorFlow and without raising."""

import subprocess
import sys
from pathlib import Path

import pytest

from search.tracking.provenance import collect, devices, git_revision, installed_packages, keras_backend
from tests import nvml


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "model.py").write_text("units = 3\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "Add a model")
    return tmp_path


def test_a_clean_checkout_is_named_by_its_commit(checkout: Path) -> None:
    assert git_revision(checkout / "code") == (git(checkout, "rev-parse", "HEAD"), False)


def test_a_changed_file_makes_it_dirty(checkout: Path) -> None:
    (checkout / "code" / "model.py").write_text("units = 4\n")
    assert git_revision(checkout / "code")[1] is True


def test_a_new_file_elsewhere_in_the_checkout_makes_it_dirty(checkout: Path) -> None:
    (checkout / "experiment.toml").write_text("")
    assert git_revision(checkout / "code")[1] is True


def test_a_folder_outside_git_has_no_commit(tmp_path: Path) -> None:
    assert git_revision(tmp_path) == (None, None)


def test_an_installed_copy_does_not_have_the_commit_of_the_checkout_around_it(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("environment/\n")
    (checkout / "environment").mkdir()
    (checkout / "environment" / "model.py").write_text("")
    assert git_revision(checkout / "environment") == (None, None)


def test_a_machine_without_git_has_a_provenance_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = collect()
    assert found.commit is None
    assert found.is_dirty is None
    assert "cores" in found.devices[0]


def test_the_versions_of_the_packages_that_change_results_are_known() -> None:
    found = collect()
    assert {"tensorflow", "keras", "optuna", "mlflow"} <= found.main_packages.keys()
    assert f"keras=={found.packages['keras']}\n" in found.requirements
    assert list(installed_packages()) == sorted(installed_packages())


def test_the_devices_are_the_gpus_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml.install(monkeypatch, "NVIDIA A100", "NVIDIA H100")
    assert devices() == ("NVIDIA A100", "NVIDIA H100")


def test_there_is_always_a_device() -> None:
    assert devices()
    assert all(devices())


def test_the_backend_follows_keras_own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_backend() == "tensorflow"
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    assert keras_backend() == "torch"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert keras_backend() == "jax"


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, search.tracking.provenance as p; p.collect(); print([m for m in ('tensorflow', 'keras', 'mlflow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
