"""Completes what an experiment file leaves out where other sections decide it."""

from collections.abc import Mapping
from typing import Any

from .function_objective import function_of
from .objectives import SERVING_COSTS
from .together import NO_DATA


def complete(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the content of an experiment file, whose values are not checked yet, with what follows from its sections.

    A function that is the objective is what is searched, without data. The champion has one model where costs of serving it are compared,
    unless something else is asked for.
    """
    function = function_of(given.get("objective"))
    completed = given if function is None else {"model": function, "data": {"loader": NO_DATA}, **given}
    return {**completed, "champion": {**_section(given, "champion"), "ensemble": "none"}} if _serves_one_model(given) else completed


def _serves_one_model(given: Mapping[str, Any]) -> bool:
    if not isinstance(given.get("champion") or {}, Mapping):
        return False  # an error, which its own check names
    evaluation, champion, limits = (_section(given, key) for key in ("evaluation", "champion", "limits"))
    objectives = given.get("objective")
    named = [of.get("metric") for of in objectives if isinstance(of, Mapping)] if isinstance(objectives, list) else []
    has_folds = isinstance(evaluation.get("folds"), int) and evaluation["folds"] > 1
    return has_folds and "ensemble" not in champion and any(name in SERVING_COSTS for name in (*named, *limits))


def _section(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = given.get(key)
    return section if isinstance(section, Mapping) else {}
