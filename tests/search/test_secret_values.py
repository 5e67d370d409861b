"""Names that stand for secrets, and the secrets in addresses."""

import pytest

from search.redaction import redact
from search.secret_values import credentials, is_secret_name, pattern, remember, remember_address, remember_arguments

SECRET = "token password key secret api_key apiKey access_token HF_TOKEN OPENAI_API_KEY AWS_SECRET_ACCESS_KEY PGPASSWORD private_key TOKEN_2"
PLAIN = "max_tokens key_dim pad_token tokenizer PWD monkey n_keys TOKENIZERS_PARALLELISM primary_key units"


@pytest.mark.parametrize("name", SECRET.split())
def test_names_of_secrets_are_recognized(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", PLAIN.split())
def test_names_that_only_resemble_them_are_not(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("postgresql://ada:s3cret@db/runs", "ada:s3cret"),
        ("postgresql://ada:a/b c@d@db:5432/runs", "ada:a/b c@d"),
        ("https://ada:a/b@lab.org/x?mail=bob@lab.org", "ada:a/b"),
        ("https://ghp_0123456789abcdef@github.com/x", "ghp_0123456789abcdef"),
        ("https://host/package@1.2", ""),
        ("http://[::1]:5000/", ""),
        ("sqlite:///mlruns/mlflow.db", ""),
        ("ada@example.org", ""),
    ],
)
def test_the_last_at_sign_before_the_query_ends_the_credentials(address, found):
    assert credentials(address) == found


def test_a_secret_is_found_in_each_form_in_which_it_is_written():
    remember('qz "1/2"\nfiveteen lines')
    remember_address("mysql://ada:w%2Fx y@z0@db/runs?sslpassword=qqq-query")
    for text in (
        "qz%20%221/2%22%0Afiveteen%20lines",
        r"qz \"1/2\"\nfiveteen lines",
        'qz "1/2" fiveteen lines',
        "fiveteen lines",
        "w/x y@z0",
        "qqq-query",
    ):
        assert pattern().search(f"<{text}>"), text


def test_short_values_and_plain_words_are_part_of_too_many_texts():
    for value in ("abc", 12345, "true", True, "None", "***"):
        remember(value)
    assert redact("abc 12345 true True None") == "abc 12345 true True None"


def test_arguments_are_remembered_by_their_names_at_any_depth():
    remember_arguments({"options": [{"password": ["deep-argument-1"]}], "secret": {"x": "deep-argument-2"}, "token": "env:DEEP_TOKEN"})
    assert pattern().search("deep-argument-1")
    assert pattern().search("deep-argument-2")
    assert not pattern().search("env:DEEP_TOKEN")
