"""Experiments on a few rows, from the file to the champion's predictions."""

from pathlib import Path

import numpy as np
import pytest

from search import load_champion, load_experiment, run_study
from search.data.dataset import load_dataset

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, forks):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def champion_of(name, *changes):
    """Search a shipped experiment in this process and return its champion, with the data."""
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml", ["executor.name=in-process", *changes])
    run_study(experiment)
    rows = load_dataset(experiment.data).test
    return load_champion(experiment.name), rows.features, rows.target


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes", "outputs"),
    [
        ("and_gate", ["data.gate=identity"], [0, 0, 1, 1]),
        ("and_gate", ["data.gate=and_not", "data.is_signed=true"], [-1, -1, 1, -1]),
        ("xor_of_gates", [], [0, 1, 1, 0]),
    ],
)
def test_threshold_units_learn_further_gates(name, changes, outputs):
    champion, inputs, _ = champion_of(name, *changes)
    assert champion.predict(inputs)["prediction"].tolist() == outputs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes"),
    [("hours_scores", []), ("hours_scores", ["data.has_attendance=true"]), ("linear_gate", [])],
)
def test_linear_regression_ends_at_least_squares(name, changes):
    champion, features, target = champion_of(name, *changes)
    design = np.column_stack([features, np.ones(len(features))])
    expected = design @ np.linalg.lstsq(design, target, rcond=None)[0]
    np.testing.assert_allclose(champion.predict(features)["prediction"], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wine_pipeline", "moons_kernel"])
def test_a_pipeline_or_a_class_of_scikit_learn_is_searched_to_its_champion(name):
    champion, features, target = champion_of(name, "search.n_trials=3")
    assert (champion.predict(features)["prediction"].to_numpy() == target.to_numpy()).mean() > 0.85
