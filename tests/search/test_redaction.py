"""Messages contain no secrets."""

import logging
import sys

import pytest

from search.redaction import RedactingFormatter, mask, redact, redacted_output, shorten


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://ada:pa@ss@lab.org/mlflow", "https://***@lab.org/mlflow"),
        ("no route to postgresql+psycopg2://ada:x@db:5432/runs?sslpassword=y now", "no route to postgresql+psycopg2://***@db:5432/runs?*** now"),
        ("sqlite:///mlruns/mlflow.db", "sqlite:///mlruns/mlflow.db"),
        ("write to ada@example.org", "write to ada@example.org"),
        ("no route to mysql://ada:a b@c@db now", "no route to mysql://***@db now"),
        ("http://localhost:5000 refuses; write to ada@example.org", "http://localhost:5000 refuses; write to ada@example.org"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("{'api_key': 'two words', 'n': 3}", "{'api_key': '***', 'n': 3}"),
        ("connect with password=hunter2;port=1", "connect with password=***;port=1"),
        (
            '{"text": "password=\\"two words\\" and more", "use_class_token": true}',
            '{"text": "password=\\"***\\" and more", "use_class_token": true}',
        ),
        ('write token = "env:HF_TOKEN", the name', 'write token = "env:HF_TOKEN", the name'),
        ("files that match (?=ab)c", "files that match (?=ab)c"),
        ("GET /runs?a=1&token=x HTTP", "GET /runs?*** HTTP"),
        ("max_tokens=512 of key_dim = 3", "max_tokens=512 of key_dim = 3"),
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


def test_the_value_of_any_variable_with_a_secret_name_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-some-api-key")
    monkeypatch.setenv("SOME_DATABASE", "mysql://ada:pa/ss w@rd@db/runs")
    assert redact("xsk-some-api-keyx and pa/ss w@rd") == "x***x and ***"


def test_a_text_is_cut_after_its_secrets_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "0123456789-token")
    assert shorten(f"{'x' * 20} 0123456789-token", 28) == f"{'x' * 20} ***"


def test_a_megabyte_of_text_is_read_in_seconds() -> None:
    for text in ("x-" * 500_000, "://a:b" * 170_000, "token" + " " * 1_000_000):
        assert redact(text).startswith(text[:3])


def test_tables_are_masked_by_names_at_any_depth_and_references_are_kept() -> None:
    given = {"token": "env:HF_TOKEN", "options": [{"password": 123456, "verbose": True}], "secret": {"a": ["b"]}, "url": "https://a:b@c/d"}
    stored = {"token": "env:HF_TOKEN", "options": [{"password": "***", "verbose": True}], "secret": {"a": ["***"]}, "url": "https://***@c/d"}
    assert mask(given) == stored
    assert mask(given, keeps_references=False)["token"] == "***"


def test_what_is_printed_has_no_secrets(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOME_SECRET", "printed-secret")
    with redacted_output():
        print("loads", "printed-secret")
        sys.stderr.writelines(["with printed-secret\n"])
    assert capsys.readouterr() == ("loads ***\n", "with ***\n")
