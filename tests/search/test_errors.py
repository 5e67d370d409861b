"""Errors: the tree that is drawn, and the nearest valid name."""

import inspect
import re

import pytest

from search import errors


def test_the_drawn_tree_holds_every_error_with_its_base() -> None:
    names = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    defined = [name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, errors.PerceptuneError)]
    assert sorted(["PerceptuneError", *names]) == sorted(defined)
    under = None
    for bars, name in re.findall(r"^    (│   )?[├└]── (\w+)", errors.__doc__ or "", flags=re.M):
        base = under if bars else "PerceptuneError"
        under = under if bars else name
        assert getattr(errors, name).__bases__[0].__name__ == base, name


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("adma", "adam"),
        ("Adam", "adam"),
        ("RMSprop", "rmsprop"),
        ("rms-prop", "rmsprop"),
        ("adagard", "adagrad"),
        ("max", "maximize"),
        ("kt_bayesian", "kt-bayesian"),
    ],
)
def test_a_misspelt_name_gets_the_one_that_was_meant(given: str, meant: str) -> None:
    valid = ["adam", "adamax", "adagrad", "rmsprop", "maximize", "kt-bayesian"]
    assert errors.nearest(given, valid) == f'did you mean "{meant}"? Valid: {", ".join(sorted(valid))}'


@pytest.mark.parametrize(("given", "valid", "message"), [("zzz", ["b", "a"], "Valid: a, b"), ("", ["a"], "Valid: a"), ("a", [], "There are none")])
def test_without_a_similar_name_only_the_valid_ones_are_listed(given: str, valid: list[str], message: str) -> None:
    assert errors.nearest(given, valid) == message
