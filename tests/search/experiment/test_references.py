"""Reference strings: what they import, and what a wrong one is told."""

import json
import re
import sys
import typing
from pathlib import Path
from typing import Literal

import pytest

from search.errors import ExperimentError, UnknownReferenceError
from search.experiment.references import accepted_arguments, check_arguments, check_values, correct_form, is_reference, resolve


def build(input_shape: tuple[int, ...], n_hidden: int = 1, *, activation: str = "relu") -> None:
    """Stand for a user's builder."""


def build_any(n_hidden: int, **others: object) -> None:
    """Stand for a builder that takes anything."""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that writes a module and returns its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, text: str) -> str:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


def test_a_reference_leads_to_its_object_through_dots() -> None:
    assert resolve("json:loads") is json.loads
    assert resolve("json.decoder:JSONDecoder.decode") is json.JSONDecoder.decode


@pytest.mark.parametrize("text", ["json", "json.loads", "json:", ":loads", "json:loads()", "json :loads", ".json:loads", "a..b:c", "1:x", ""])
def test_text_of_another_form_is_refused_before_anything_is_imported(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(UnknownReferenceError, match=re.escape(f'"{text}" is not a reference')):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("models.mlp.build_mlp", "models.mlp:build_mlp"),
        ("models/mlp.py:build_mlp", "models.mlp:build_mlp"),
        ("./models/mlp.py::build_mlp", "models.mlp:build_mlp"),
        ("models/mlp.py", None),
        ("mlp", None),
    ],
)
def test_the_reference_behind_a_path_or_a_dotted_name_is_guessed(text: str, meant: str | None) -> None:
    assert correct_form(text) == meant


def test_a_missing_module_is_named() -> None:
    with pytest.raises(UnknownReferenceError, match=r'there is no module "nowhere"; correct the name, or put the folder .* on PYTHONPATH'):
        resolve("nowhere.models:build")


def test_the_nearest_name_that_the_module_defines_is_suggested(module) -> None:
    name = module("own", "import json\nfrom pathlib import Path\ndef build_small(): ...\n")
    with pytest.raises(UnknownReferenceError, match=r'"own:build_smal": own has no "build_smal"; did you mean "build_small"\? Valid: build_small$'):
        resolve(f"{name}:build_smal")


def test_a_module_that_needs_a_missing_module_names_it(module) -> None:
    with pytest.raises(UnknownReferenceError, match='importing needy needs the module "not_installed_here"; install it'):
        resolve(f"{module('needy', 'import not_installed_here')}:build")


def test_an_error_of_a_module_is_reported_in_one_line(module) -> None:
    name = module("faulty", 'raise RuntimeError("""two\nlines""")')
    with pytest.raises(UnknownReferenceError, match=r"importing faulty failed with RuntimeError: two lines$"):
        resolve(f"{name}:build")


def test_what_keras_has_dropped_is_named_with_its_replacement(module) -> None:
    name = module("old", "raise ImportError(\"cannot import name 'CuDNNLSTM' from 'keras.layers'\")")
    with pytest.raises(UnknownReferenceError, match=r"'keras\.layers'; Keras 3 has no CuDNNLSTM: use keras\.layers\.LSTM"):
        resolve(f"{name}:build")


def test_valid_arguments_pass() -> None:
    check_arguments(build, ["n_hidden"], {"input_shape": (3,)}, "[space.model]")
    check_arguments(build_any, ["n_hidden", "anything"], {}, "[space.model]")


@pytest.mark.parametrize(
    ("function", "given", "message"),
    [
        (build, ["n_hiden"], '[space.model]: build() has no argument "n_hiden"; did you mean "n_hidden"? Valid: activation, n_hidden'),
        (build_any, [], '[space.model]: build_any() needs the argument "n_hidden"; add it to [space.model]'),
        ((3,), [], "[space.model]: (3,) is tuple, not a function; name a function"),
    ],
)
def test_invalid_arguments_are_named(function: object, given: list[str], message: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(message)):
        check_arguments(function, given, {"input_shape": (3,)}, "[space.model]")


def test_a_function_without_a_signature_accepts_any_argument() -> None:
    check_arguments(dict.fromkeys, [], {}, "[data]")
    check_arguments(max, ["anything"], {}, "[data]")


def test_only_arguments_in_the_signature_are_passed() -> None:
    provided = {"input_shape": (3,), "task": "binary"}
    assert accepted_arguments(build, provided) == {"input_shape": (3,)}
    assert accepted_arguments(build_any, provided) == provided


def build_typed(
    n_hidden: int = 1,
    rate: float = 0.1,
    is_deep: bool = False,
    name: str = "",
    activation: Literal["relu", "tanh"] = "relu",
    widths: "int | Literal['auto'] | None" = None,
    names: typing.List = (),  # noqa: UP006
    anything=None,
) -> None:
    """Stand for a builder that says what it takes."""


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("n_hidden", (1, 3)),
        ("rate", (1, 0.5)),
        ("is_deep", (True, False)),
        ("name", ("a",)),
        ("activation", ("relu", "tanh")),
        ("widths", (3, "auto")),
        ("names", ([1, "a"], [])),
        ("anything", (1, "a", 0.5)),
        ("unknown", ("a",)),
    ],
)
def test_values_that_match_the_annotations_pass(argument: str, values: tuple[object, ...]) -> None:
    check_values(build_typed, {argument: values}, "[space.model]")


@pytest.mark.parametrize(
    ("argument", "values", "message"),
    [
        (
            "activation",
            ("relu", "rellu"),
            r'\[space\.model\]: activation = "rellu" .* build_typed\(\); did you mean "relu"\? Valid: relu, tanh',
        ),
        ("activation", (1,), "activation = 1 .* Valid: relu, tanh"),
        ("n_hidden", (1.0, 4.5), "n_hidden = 1.0 .* expected a whole number"),
        ("n_hidden", (True,), "n_hidden = true .* expected a whole number"),
        ("rate", ("0.1",), 'rate = "0.1" .* expected a number'),
        ("is_deep", (1,), "is_deep = 1 .* expected true or false"),
        ("name", (3,), "name = 3 .* expected text"),
        ("names", ("a",), r"write names = \[a\]|write names = ."),
        ("widths", ("all",), 'widths = "all" .* expected a whole number or auto'),
    ],
)
def test_a_value_that_does_not_match_its_annotation_is_named(argument: str, values: tuple[object, ...], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        check_values(build_typed, {argument: values}, "[space.model]")


def test_annotations_that_cannot_be_evaluated_accept_any_value() -> None:
    def build(activation: "Missing" = None) -> None: ...  # noqa: F821

    check_values(build, {"activation": ("rellu",)}, "[space.model]")
