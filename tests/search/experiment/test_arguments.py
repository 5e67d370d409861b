"""References to environment variables among arguments."""

import pytest

from search.errors import ExperimentError
from search.experiment.arguments import resolve_arguments
from search.experiment.file import load_experiment, parse_experiment
from search.redaction import redact

CONTENT = {
    "name": "own",
    "model": "own:build",
    "data": {"loader": "own:load", "token": "clear-data-token", "user": "env:OWN_USER", "rows": 3},
    "space": {"model": {"api_key": "clear-model-key", "units": {"type": "int", "low": 1, "high": 4}}},
    "callbacks": [{"use": "own:Notify", "password": "clear-callback-password", "url": "https://a:pw-of-url@hooks.lab/x"}],
    "objective": {"metric": "val_loss", "direction": "minimize"},
}


def with_data(**changes):
    return parse_experiment(CONTENT | {"data": CONTENT["data"] | changes}, "own.toml")


def test_references_are_resolved_at_any_depth_and_their_values_hidden(monkeypatch):
    monkeypatch.setenv("OWN_USER", "ada-by-reference")
    given = {"user": "env:OWN_USER", "options": {"names": ["env:OWN_USER", 3]}, "text": "env: OWN_USER"}
    assert resolve_arguments(given, "[data]") == {"user": "ada-by-reference", "options": {"names": ["ada-by-reference", 3]}, "text": "env: OWN_USER"}
    monkeypatch.delenv("OWN_USER")
    assert redact("user ada-by-reference") == "user ***"


def test_an_unset_variable_is_named(monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(ExperimentError, match=r'\[data\]: token = "env:NOT_SET": the environment variable NOT_SET is not set'):
        resolve_arguments({"token": "env:NOT_SET"}, "[data]")


@pytest.mark.parametrize("value", ["***", "https://***@hooks.lab/x"])
def test_a_stored_study_does_not_have_the_secrets_of_its_file(value):
    with pytest.raises(ExperimentError, match=r'no study stores; run the experiment file again, which has it, or write token = "env:NAME"'):
        resolve_arguments({"token": value}, "[data]")


def test_an_experiment_is_stored_without_secrets_and_with_references():
    stored = with_data().without_secrets()
    assert stored.data.arguments == {"token": "***", "user": "env:OWN_USER", "rows": 3}
    assert stored.space.model["api_key"] == "***"
    assert stored.space.searched == with_data().space.searched
    assert stored.callbacks[0].arguments == {"password": "***", "url": "https://***@hooks.lab/x"}
    assert "clear-" not in stored.model_dump_json()
    assert parse_experiment(stored.model_dump(mode="json", exclude_none=True), "store").identity == with_data().identity


SECRET = {"use": "own:Made", "api_key": "clear-object-key", "inner": {"use": "own:Slow", "token": "clear-inner-token", "of": [{"token": "clear-3"}]}}
PLACES = {
    "loss": ("space", "training", "loss"),
    "optimizer": ("space", "training", "optimizer"),
    "learning_rate": ("space", "training", "learning_rate"),
    "metric": ("objective", "metrics", 0),
    "loss of an output": ("outputs", "y", "loss"),
    "metric of an output": ("outputs", "y", "metrics", 0),
    "callback": ("callbacks", 0),
    "sampler": ("search", "sampler_options"),
    "pruner": ("search", "pruner_options"),
}


def placed(content, path, value):
    """Return content with a value at a path."""
    if not path:
        return value
    if path[0] == 0:
        return [placed({}, path[1:], value)]
    return {**content, path[0]: placed(content.get(path[0], {}) if isinstance(content, dict) else {}, path[1:], value)}


@pytest.mark.parametrize("place", PLACES)
def test_secrets_of_every_section_with_arguments_are_hidden_and_not_stored(place):
    names = {"sampler": "own:Sampler", "pruner": "own:Pruner"}
    secret = {key: value for key, value in SECRET.items() if place not in names or key != "use"}
    content = placed(CONTENT | {"search": names}, PLACES[place], secret)
    experiment = parse_experiment(content, "own.toml")
    stored = experiment.without_secrets()
    for text in stored.model_dump_json(), str(experiment.identity), str(stored.space), str(stored.objective):
        assert "clear-" not in text
    assert redact("clear-object-key clear-inner-token") == "*** ***"
    assert "clear-object-key" in experiment.model_dump_json()
    assert parse_experiment(stored.model_dump(mode="json", exclude_none=True), "store").identity == experiment.identity


def test_what_an_object_shows_of_itself_has_no_secrets():
    experiment = parse_experiment(placed(CONTENT, PLACES["optimizer"], SECRET), "own.toml")
    assert str(experiment.space.training.optimizer).startswith('own:Made(api_key="***"')
    assert experiment.without_secrets().space.training.model_fields_set == {"optimizer"}


def test_another_secret_is_the_same_experiment_and_another_argument_is_not():
    assert with_data(token="another-token").fingerprint == with_data(token="env:HF_TOKEN").fingerprint == with_data().fingerprint
    assert with_data(rows=4).fingerprint != with_data().fingerprint


def test_secrets_of_an_experiment_are_hidden_once_it_is_read():
    with_data()
    assert redact("clear-data-token clear-model-key clear-callback-password pw-of-url") == "*** *** *** ***"


def test_an_argument_that_is_only_named_key_is_not_stored_and_hides_no_word_elsewhere():
    experiment = parse_experiment(CONTENT | {"data": {"loader": "own:load", "key": "train-part"}}, "own.toml")
    assert experiment.without_secrets().data.arguments["key"] == "***"
    assert redact("the train-part has 12 rows") == "the train-part has 12 rows"


def test_a_text_of_which_a_secret_was_removed_is_no_argument():
    with pytest.raises(ExperimentError, match=r'\[data\]: path = "a\?\*\*\*" has \*\*\* in place of a secret'):
        resolve_arguments({"path": "a?***"}, "[data]")


def test_a_secret_cannot_be_searched():
    choices = {"type": "categorical", "choices": ["one", "two"]}
    with pytest.raises(ExperimentError, match=r"space\.model\.token: a secret cannot be searched"):
        parse_experiment(CONTENT | {"space": {"model": {"token": choices}}}, "own.toml").refuse_searched_secrets()


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ('model = "a:b"\npassword = quoted not', []),
        ("", ["data.token=leaked-override", "space=3"]),
        ("", ["data.token.x=leaked-override"]),
        ("[space.model]\ntoken = ['leaked-list']", []),
    ],
)
def test_messages_about_a_file_have_no_secrets(tmp_path, text, overrides):
    path = tmp_path / "own.toml"
    path.write_text(text or "data = { loader = 'own:load', token = 'leaked-file' }")
    with pytest.raises(ExperimentError) as refused:
        load_experiment(path, overrides)
    assert "leaked" not in str(refused.value)
    assert "quoted not" not in str(refused.value)
