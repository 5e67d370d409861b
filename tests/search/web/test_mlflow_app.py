"""MLflow's page has settings for a new browser; endpoints that it does not need are not found."""

import pytest

from search.web.asgi import respond
from search.web.mlflow_app import MlflowApp
from tests.search.web.client import request


async def mlflow(scope, _receive, send):
    await respond(send, 200, scope["path"])


APP = MlflowApp(mlflow, "<html><head><script src='main.js'></script></head></html>")


def test_the_settings_are_in_front_of_the_page_s_own_script():
    page = request(APP)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    settings, own = page.text.index('"mlflow.workflowType_v1": "machine_learning"'), page.text.index("main.js")
    assert settings < own
    assert "getItem(name) === null" in page.text  # a user's own settings are kept


def test_mlflow_answers_what_is_served():
    assert request(APP, "/ajax-api/2.0/mlflow/runs/get").text == "/ajax-api/2.0/mlflow/runs/get"


def test_the_page_finds_no_language_model_and_shows_no_error():
    assert request(APP, "/ajax-api/2.0/mlflow/gateway-proxy").text == '{"endpoints": []}'
    assert "data-assistant-ui" in request(APP).text


@pytest.mark.parametrize("path", ["/ajax-api/3.0/mlflow/assistant/config", "/ajax-api/2.0/mlflow/gateway-routes"])
def test_mlflow_is_not_asked_for_anything_else(path):
    assert request(APP, path).status == 404
