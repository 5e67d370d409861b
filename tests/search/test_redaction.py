"""Messages contain no secrets."""

import logging

import pytest

from search.redaction import RedactingFormatter, redact


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://ada:pa@ss@lab.org/mlflow", "https://***@lab.org/mlflow"),
        ("no route to postgresql+psycopg2://ada:x@db:5432/runs?sslpassword=y now", "no route to postgresql+psycopg2://***@db:5432/runs?*** now"),
        ("sqlite:///mlruns/mlflow.db", "sqlite:///mlruns/mlflow.db"),
        ("write to ada@example.org", "write to ada@example.org"),
    ],
)
def test_urls_are_shown_without_secrets(given: str, shown: str) -> None:
    assert redact(given) == shown


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"])
def test_the_values_of_secret_variables_are_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "open+sesame")
    assert redact('header "Bearer open+sesame" refused') == 'header "Bearer ***" refused'


def test_a_password_that_is_part_of_a_word_leaves_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "test")
    assert redact("test_accuracy of latest") == "test_accuracy of latest"
    assert redact("password test refused") == "password *** refused"


def test_log_messages_and_their_tracebacks_have_no_secrets() -> None:
    formatter = RedactingFormatter("%(message)s")
    error = ConnectionError("postgresql://ada:s3cret@db/runs is away")
    record = logging.LogRecord("x", logging.ERROR, "", 1, "lost %s", ("http://ada:s3cret@lab",), (ConnectionError, error, None))
    shown = formatter.format(record)
    assert "s3cret" not in shown
    assert "http://***@lab" in shown
    assert "postgresql://***@db/runs is away" in shown
