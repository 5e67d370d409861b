import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _request(port: int, method: str, path: str, body: str | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        return response.read()
    finally:
        connection.close()


def _wait_until_it_answers(port: int, server: subprocess.Popen, log) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            _request(port, "GET", "/ping")
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The server did not answer in time:\n{log.read_text()}")


@pytest.fixture
def served(model_uri, tracking_uri, elsewhere, tmp_path):
    """The port of `mlflow models serve` for the registered champion."""
    port, log = _free_port(), tmp_path / "server.log"
    mlflow = os.path.join(os.path.dirname(sys.executable), "mlflow")
    command = [mlflow, "models", "serve", "-m", "models:/survival@champion", "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port)]
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    env = elsewhere["env"] | {"MLFLOW_TRACKING_URI": tracking_uri, "PATH": path}
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=elsewhere["cwd"], env=env, start_new_session=True)
    try:
        _wait_until_it_answers(port, server, log)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)


def test_mlflow_serves_the_registered_champion_over_http(served, champion, dataset):
    rows = dataset.test.features[:10]
    body = json.dumps({"dataframe_split": json.loads(rows.to_json(orient="split", index=False))})
    answers = pd.DataFrame(json.loads(_request(served, "POST", "/invocations", body))["predictions"])
    expected = champion.predict(rows)
    assert answers["prediction"].tolist() == expected["prediction"].tolist()
    np.testing.assert_allclose(answers["probability_yes"], expected["probability_yes"], atol=1e-6)
