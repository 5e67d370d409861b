"""Other hosts' pages are refused, and with a token everybody who does not have it."""

import pytest

from search.web.access import LOOPBACK, Access
from search.web.asgi import respond
from tests.search.web.client import request

TOKEN = "0123456789abcdef"


async def page(_scope, _receive, send):
    await respond(send, 200, "the studies")


OPEN = Access(page, {*LOOPBACK, "lab.example"})
CLOSED = Access(page, LOOPBACK, TOKEN)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:5000", "[::1]:5000", "LOCALHOST:5000", "lab.example:80"])
def test_a_host_that_is_named_is_served(host):
    assert request(OPEN, host=host).text == "the studies"


@pytest.mark.parametrize(
    "host",
    [
        "10.evil.example",
        "192.168.evil.example:5000",
        "127.0.0.1.evil.example",
        "evil.example",
        "localhost.evil.example",
        "evil@localhost",
        "localhost/",
        "localhost:5000:evil",
        "0.0.0.0:5000",
        "10.0.0.1",
        "",
        "localhost|evil.example",
        "löcalhost",
    ],
)
def test_any_other_host_is_refused(host):
    refused = request(OPEN, host=host)
    assert refused.status == 403
    assert "127.0.0.1, ::1, lab.example, localhost" in refused.text


def test_a_request_without_a_host_is_refused():
    assert request(OPEN).status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:8888", "http://127.0.0.1:5000", "null", "http://localhost:5000|http://x"]
)
def test_a_page_of_another_origin_sends_nothing(origin):
    assert request(OPEN, method="POST", host="localhost:5000", origin=origin).status == 403


def test_the_page_itself_sends_requests():
    assert request(OPEN, method="POST", host="localhost:5000", origin="http://localhost:5000", sec_fetch_site="same-origin").status == 200


@pytest.mark.parametrize(("mode", "status"), [("no-cors", 403), ("cors", 403), ("navigate", 200)])
def test_another_page_may_link_to_this_one_but_not_read_from_it(mode, status):
    assert request(OPEN, host="localhost:5000", sec_fetch_site="cross-site", sec_fetch_mode=mode).status == status


def test_every_response_forbids_frames_of_other_pages():
    for response in (request(OPEN, host="localhost"), request(OPEN, host="evil")):
        assert response.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("query", ["", "token=", "token=0123456789abcdeF", "token=é", f"other={TOKEN}"])
def test_without_its_token_a_page_is_not_shown(query):
    refused = request(CLOSED, host="localhost", query=query, cookie="perceptune_5000=wrong")
    assert (refused.status, TOKEN in refused.text) == (401, False)


def test_the_token_of_the_address_becomes_a_cookie_that_scripts_cannot_read():
    first = request(CLOSED, "//evil.example/", host="localhost", query=f"token={TOKEN}")
    assert (first.status, first.headers["location"]) == (303, "/")
    cookie, *attributes = first.headers["set-cookie"].split("; ")
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Strict"]
    assert request(CLOSED, host="localhost", cookie=f"other=1; {cookie}").text == "the studies"


def test_a_token_does_not_admit_another_host_s_page():
    assert request(CLOSED, host="evil.example", query=f"token={TOKEN}").status == 403
