"""The dashboard's page offers no changes, and other methods than GET and HEAD are refused."""

import optuna
import pytest

from search.web.dashboard_app import make_dashboard_app
from tests.search.web.client import request


@pytest.fixture(scope="module")
def app():
    storage = optuna.storages.InMemoryStorage()
    optuna.create_study(storage=storage, study_name="rings").enqueue_trial({})
    return make_dashboard_app(storage)


def test_the_page_hides_what_would_change_a_study(app):
    page = request(app, "/dashboard/studies/0", host="localhost")
    assert page.status == 200
    assert '[aria-label="delete study"]{display:none !important}' in page.text.partition("</head>")[0]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert request(app, "/", host="localhost").headers["location"] == "http://localhost/dashboard"


def test_head_and_a_request_without_accept_encoding_are_served(app):
    head = request(app, "/static/bundle.js", "HEAD")
    assert (head.status, head.text) == (200, "")
    assert int(head.headers["content-length"]) > 1_000_000
    assert '"rings"' in request(app, "/api/studies", query="x=1").text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"])
def test_other_methods_are_refused_with_those_that_are_served(app, method):
    refused = request(app, "/api/studies/0", method)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")
    assert '"rings"' in request(app, "/api/studies").text


@pytest.mark.parametrize("path", ["/static/../_app.py", "/api/studies/7", "/no/such/page"])
def test_what_does_not_exist_is_not_found(app, path):
    assert request(app, path).status in (403, 404)


def test_an_error_of_the_ledger_is_one_line(caplog):
    class Unavailable(optuna.storages.InMemoryStorage):
        def get_all_studies(self):
            raise ConnectionError("the server was lost")

    assert request(make_dashboard_app(Unavailable()), "/api/studies").status == 500
    assert caplog.messages == ["Exception: the server was lost"]
