"""The settings of an experiment that are neither searched nor defaults, as ``show`` and ``compare`` print them."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..formats import format_value

if TYPE_CHECKING:
    from ..experiment.file import Experiment

_SHOWN_APART = {"name", "model", "search", "executor", "written_objectives"}


def fixed_settings(experiment: "Experiment") -> dict[str, str]:
    """Return the settings by key, such as ``preprocessing.target``: of the loader, preprocessing, outputs, callbacks, fixed hyperparameters, ends.

    Args:
        experiment: The experiment, without its secrets.
    """
    from ..experiment.parameters import Searched
    from ..experiment.settings import CONSTANTS

    content = experiment.model_dump(mode="json", exclude=_SHOWN_APART, exclude_defaults=True)
    content["data"].pop("loader", None)
    content["objective"] = {"metrics": [str(metric) for objective in experiment.objectives for metric in objective.metrics]}
    for name in ("sampler_options", "pruner_options"):
        content[name] = getattr(experiment.search, name)
    content["search"] = {"stop": experiment.search.stop.model_dump()}
    training = content.get("space", {}).get("training", {})
    if any(name in training for name in CONSTANTS):  # constants mean little without their optimizer, also the default one
        training["optimizer"] = experiment.space.model_dump(mode="json")["training"]["optimizer"]
    space = {"model": experiment.space.model, "training": dict(experiment.space.training)}
    searched = {f"space.{section}.{name}" for section, entries in space.items() for name, entry in entries.items() if isinstance(entry, Searched)}
    return {key: text for key, text in _flat(content, "") if not any(key.startswith(f"{name}.") for name in searched)}


def _flat(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif value not in (None, []):
            yield f"{prefix}{key}", json.dumps(value) if isinstance(value, list) else format_value(value)
