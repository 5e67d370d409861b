import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

FRESH = """
import json, sys
import mlflow.pyfunc, pandas as pd
model = mlflow.pyfunc.load_model(sys.argv[1])
print("ANSWERS " + model.predict(pd.read_csv(sys.argv[2])).to_json(orient="split"))
rows = [{name: float("nan") if value == "nan" else value for name, value in row.items()} for row in json.loads(sys.argv[3])]
print("SINGLE " + json.dumps([model.predict(pd.DataFrame([row]))["probability_yes"][0] for row in rows]))
print("MODULES " + json.dumps([name for name in sys.modules if name.split(".")[0] in ("search", "models", "experiments", "own_network")]))
print("FILES " + json.dumps([sys.modules[name].__file__ for name in ("perceptune_champion", "own_network")]))
"""
ODD_ROWS = [
    {"age": 22, "siblings": 1, "port": "north"},
    {"age": 22.5, "siblings": None, "port": "north"},
    {"age": None, "siblings": 1.0, "port": None},
    {"age": 22, "siblings": 1, "port": np.nan},
    {"age": 22, "siblings": 1, "port": "a port never seen"},
]


@pytest.fixture(scope="module")
def fresh(packaged, dataset, elsewhere) -> dict[str, object]:
    """What a process prints that has MLflow but neither this checkout nor the user's package."""
    path = elsewhere["cwd"] / "rows.csv"
    dataset.test.features.to_csv(path, index=False)
    odd_rows = json.dumps(ODD_ROWS).replace("NaN", '"nan"')
    command = [sys.executable, "-c", FRESH, str(packaged.folder), str(path), odd_rows]
    process = subprocess.run(command, capture_output=True, text=True, check=False, **elsewhere)
    assert process.returncode == 0, process.stderr
    printed = (line.partition(" ") for line in process.stdout.splitlines() if line.startswith(("ANSWERS", "SINGLE", "MODULES", "FILES")))
    return {name: json.loads(text) for name, _, text in printed}


def test_mlflow_alone_loads_it_in_a_process_that_knows_no_checkout(fresh, packaged, champion, dataset):
    expected = champion.predict(dataset.test.features)
    assert [row[0] for row in fresh["ANSWERS"]["data"]] == expected["prediction"].tolist()
    np.testing.assert_allclose([row[2] for row in fresh["ANSWERS"]["data"]], expected["probability_yes"], atol=1e-6)
    assert {name.split(".")[0] for name in fresh["MODULES"]} == {"own_network"}
    assert all(file.startswith(str(packaged.folder)) for file in fresh["FILES"])


def test_mlflow_lets_whole_numbers_gaps_and_new_categories_through(fresh, champion):
    expected = [champion.predict(pd.DataFrame([row]))["probability_yes"][0] for row in ODD_ROWS]
    np.testing.assert_allclose(fresh["SINGLE"], expected, atol=1e-6)


def test_mlflow_serves_the_registered_champion_over_http(serve, model_uri, tracking_uri, champion, dataset):
    rows = dataset.test.features[:10]
    with serve("models:/survival@champion", tracking_uri) as post:
        answers = post(rows)
    expected = champion.predict(rows)
    assert answers["prediction"].tolist() == expected["prediction"].tolist()
    np.testing.assert_allclose(answers["probability_yes"], expected["probability_yes"], atol=1e-6)
