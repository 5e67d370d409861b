"""A champion with an output for each step of a sequence."""

import datasets
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics

from search.champion import Champion
from search.champion.evaluation import evaluate
from search.champion.labelled_rows import read_labelled
from search.data.predictions import CHAMPION
from search.errors import DataError
from search.reports.report import draw_test_plots
from search.training.row_metrics import weighted
from tests.search.champion.conftest import build_here, make_spec


def steps_spec(folder, data, loss="mse", **sections):
    def build(arrays):
        import keras

        from models.recurrent import build_recurrent

        keras.utils.set_random_seed(3)
        n_steps, n_outputs = arrays.output_shape
        network = build_recurrent(arrays.input_shape, arrays.task, n_outputs, n_steps=n_steps, cell="simple", n_units=8)
        network.compile(keras.optimizers.Adam(0.02), loss)
        network.fit(arrays.x_train, arrays.y_train, epochs=12, verbose=0)
        return network

    return make_spec(folder, data, "recurrent", build, **sections)


def test_numbers_of_each_step_are_predicted_and_evaluated(tmp_path):
    x = np.random.default_rng(0).normal(size=(120, 5, 2))
    y = np.cumsum(x, axis=1) * [1, 10] + 3  # two numbers at each step
    np.savez(tmp_path / "data.npz", x=x, y=y)
    objective = {"metric": "val_r2", "direction": "maximize", "metrics": ["mse"]}
    spec = steps_spec(tmp_path, {"loader": "arrays", "path": str(tmp_path / "data.npz")}, objective=objective)
    champion = Champion(build_here(spec).folder / "data" / "champion")
    predictions = champion.predict(x)
    pd.testing.assert_frame_equal(champion.predict(datasets.Dataset.from_dict({"x": list(x), "number": range(len(x))})), predictions)
    assert list(predictions)[:3] == ["step_1_0_prediction", "step_1_1_prediction", "step_2_0_prediction"]
    predicted = predictions.to_numpy().reshape(y.shape)
    part, _ = read_labelled(tmp_path / "data.npz", champion)
    found = evaluate(champion, part, spec.experiment, spec.settings_of(0))
    expected = {"mse": ((predicted - y) ** 2).mean(), "mean_absolute_error": abs(predicted - y).mean()}
    expected["r2"] = sklearn.metrics.r2_score(y.reshape(-1, 2), predicted.reshape(-1, 2))
    assert {name: found.metrics[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert found.metrics["r2"] > 0.5
    assert found.intervals().keys() == found.metrics.keys()
    assert weighted("r2_score", found.predictions.outputs[""])(np.ones((1, len(y)))) == pytest.approx(expected["r2"], rel=1e-4)
    found.predictions.save(tmp_path / CHAMPION)
    assert list(draw_test_plots(tmp_path)) == [f"{plot}_step_1_{number}" for number in range(2) for plot in ("predicted_and_true", "residuals")]
    np.savez(tmp_path / "data.npz", x=x, y=y[:, :4])
    with pytest.raises(DataError, match=r"the target \"y\" has the shape \(120, 4, 2\); expected \(120, 10\)"):
        read_labelled(tmp_path / "data.npz", champion)


@pytest.mark.slow
def test_a_series_predicts_two_classes_at_each_step(tmp_path):
    up = np.random.default_rng(0).integers(0, 2, 300)
    pd.DataFrame({"up": up, "before": np.append(up[1:], 0)}).to_csv(tmp_path / "moves.csv", index=False)
    data = {"loader": "series", "path": str(tmp_path / "moves.csv"), "target": "up", "window": 4, "sequence": True}
    spec = steps_spec(tmp_path, data, "binary_crossentropy", objective={"metric": "val_f1_score", "direction": "maximize", "metrics": ["auc"]})
    champion = Champion(build_here(spec).folder / "data" / "champion")
    part, n_left_out = read_labelled(tmp_path / "moves.csv", champion)
    predictions = champion.predict(part.features)[[f"step_{step}_prediction" for step in range(1, 5)]].to_numpy()
    found = evaluate(champion, part, spec.experiment, spec.settings_of(0))
    truth = part.target.to_numpy()
    f1_score = sklearn.metrics.f1_score(truth.ravel(), predictions.ravel())
    assert (found.metrics["f1_score"], found.metrics["accuracy"]) == (pytest.approx(f1_score, rel=1e-4), (predictions == truth).mean())
    assert (f1_score > 0.9, n_left_out) == (True, 1)
