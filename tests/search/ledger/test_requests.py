"""What another process asks of a running search arrives once and in order, whichever store the study has."""

import optuna
import pytest

from search.ledger.requests import RequestAttributes, RequestFiles

ASKED = [{"kind": "pause"}, {"kind": "stop", "trial": 3}]


@pytest.fixture(params=["files", "attributes"])
def opened(request, tmp_path):
    """A function that opens the requests of one study, as another process would."""
    study = optuna.create_study()
    return lambda: RequestFiles(tmp_path) if request.param == "files" else RequestAttributes(study)


def received(requests):
    return [{name: value for name, value in request.items() if name != "at"} for request in requests.receive()]


def test_requests_arrive_once_in_the_order_in_which_they_were_sent(opened):
    asking, running = opened(), opened()
    assert received(running) == []
    for request in ASKED:
        asking.send(request)
    assert received(running) == ASKED
    assert received(running) == []
    asking.send(ASKED[0])
    assert received(running) == ASKED[:1]


def test_a_request_that_was_not_taken_up_arrives_again(opened):
    """A process that ends while it handles one has not received it."""
    opened().send(ASKED[0])
    next(iter(opened().receive()))
    assert received(opened()) == ASKED[:1]


def test_each_of_several_coordinators_receives_what_is_asked_of_a_database():
    study = optuna.create_study()
    first, second = RequestAttributes(study), RequestAttributes(study)
    first.send(ASKED[0])
    assert received(first) == received(second) == ASKED[:1]
