"""The summary and the diagram of a champion, in its package, in its runs and on the command line."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from search.champion.model_overview import PICTURE, SUMMARY, log_overview, read_overview, write_overview
from search.champion.pyfunc import Champion
from search.cli.app import app
from search.errors import DataError, InputError
from search.tracking.mlflow_connection import connect


@pytest.fixture
def command(model_uri, tracking_uri, monkeypatch):
    """Run a command on the registered champion."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)

    def run(*words):
        return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False).output

    return run


def test_a_packaged_champion_has_a_summary_and_a_diagram(packaged):
    folder = packaged.folder / "data" / "champion"
    assert "doubled (Doubled)" in (folder / SUMMARY).read_text(encoding="utf-8")
    assert "Dense tanh" in (folder / PICTURE).read_text(encoding="utf-8")


def test_they_are_artifacts_of_the_runs(packaged, tracking_uri, parent_run_id):
    client = connect(tracking_uri)
    child = client.create_run(client.get_run(parent_run_id).info.experiment_id).info.run_id
    log_overview(packaged.folder, tracking_uri, [parent_run_id, child])
    for run_id in (parent_run_id, child):
        assert {SUMMARY, PICTURE} <= {file.path for file in client.list_artifacts(run_id)}


def test_a_champion_packaged_without_them_is_drawn_on_demand(champion, packaged, tmp_path):
    folder = tmp_path / "champion"
    folder.mkdir()
    (folder / "model.keras").write_bytes((champion.folder / "model.keras").read_bytes())
    (folder / "champion.json").write_bytes((champion.folder / "champion.json").read_bytes())
    drawn = read_overview(Champion(folder), SUMMARY)
    assert drawn == read_overview(champion, SUMMARY)
    assert not (folder / SUMMARY).exists()


def test_an_estimator_has_neither(tmp_path):
    class Estimated(Champion):
        model = object()

    write_overview(Estimated(tmp_path), tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="no layers"):
        read_overview(Estimated(tmp_path), PICTURE)


def test_the_commands_show_and_write_summary_diagram_weights_and_outputs(command, champion, dataset, tmp_path):
    assert "Total params" in command("summary", "survival")
    command("picture", "survival", tmp_path / "model.svg")
    assert (tmp_path / "model.svg").read_text(encoding="utf-8").startswith("<svg")
    dense = champion.model.layers[1]
    printed = command("weights", "survival", dense.name, "--output", tmp_path / "weights.npz")
    assert f"kernel {dense.kernel.shape}" in printed
    with np.load(tmp_path / "weights.npz") as weights:
        np.testing.assert_array_equal(weights["bias"], dense.bias.numpy())
    dataset.test.features.to_csv(tmp_path / "rows.csv", index=False)
    command("outputs", "survival", dense.name, "--input", tmp_path / "rows.csv", "--output", tmp_path / "outputs.csv")
    assert pd.read_csv(tmp_path / "outputs.csv").shape == (len(dataset.test.features), 5)


def test_an_unknown_layer_or_file_type_is_refused(command, tmp_path):
    with pytest.raises(InputError, match=r'no layer "dens"; did you mean "dense'):
        command("weights", "survival", "dens")
    with pytest.raises(DataError, match=r"expected a file ending in \.svg"):
        command("picture", "survival", tmp_path / "model.png")
