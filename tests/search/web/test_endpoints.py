"""Only what shows, describes or deletes runs and models is served."""

import pytest

from search.web.endpoints import is_served

AJAX = "/ajax-api/2.0/mlflow"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/static-files/static/js/main.js"),
        ("GET", "/get-artifact"),
        ("POST", "/graphql"),
        ("POST", f"{AJAX}/runs/search"),
        ("POST", f"{AJAX}/runs/set-tag"),
        ("GET", f"{AJAX}/metrics/get-history-bulk-interval"),
        ("GET", f"{AJAX}/logged-models/m-1/artifacts/directories"),
        ("GET", "/ajax-api/3.0/mlflow/server-info"),
        ("PATCH", "/api/2.0/mlflow/registered-models/update"),
    ],
)
def test_what_the_page_needs_is_served(method, path):
    assert is_served(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/ajax-api/3.0/mlflow/assistant/config"),
        ("POST", "/ajax-api/3.0/mlflow/assistant/message"),
        ("POST", f"{AJAX}/experiments/create"),
        ("POST", f"{AJAX}/runs/create"),
        ("POST", f"{AJAX}/runs/log-batch"),
        ("POST", f"{AJAX}/upload-artifact"),
        ("POST", f"{AJAX}/model-versions/create"),
        ("POST", f"{AJAX}/webhooks"),
        ("POST", f"{AJAX}/gateway-proxy"),
        ("GET", f"{AJAX}/gateway-proxy"),
        ("POST", "/ajax-api/3.0/mlflow/scorer/invoke"),
        ("POST", "/ajax-api/3.0/mlflow/genai/evaluate/invoke"),
        ("POST", "/ajax-api/3.0/mlflow/demo/generate"),
        ("GET", "/ajax-api/3.0/mlflow/jobs/1"),
        ("POST", "/api/3.0/mlflow/gateway/secrets/create"),
        ("POST", "/gateway/x/mlflow/invocations"),
        ("POST", "/v1/traces"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/x"),
        ("POST", "/"),
        ("GET", f"{AJAX}/runs/get/../../../3.0/mlflow/assistant/config"),
        ("GET", f"{AJAX}/runs/get\n"),
        ("OPTIONS", f"{AJAX}/runs/search"),
    ],
)
def test_nothing_else_is_served(method, path):
    assert not is_served(method, path)
