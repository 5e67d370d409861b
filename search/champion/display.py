"""A champion as text and as a table of HTML, for the prompt and for notebooks.

A champion bundles this file.
"""

import html
from collections.abc import Mapping

from ..data.arrays import named
from .metadata import ChampionMetadata


def one_line(metadata: ChampionMetadata) -> str:
    """Return study, trial, value and test metrics, such as ``Champion("diabetes", trial 12, val_accuracy 0.80597)``."""
    test = [f"test {name} {_number(value)}" for name, value in metadata.test.items() if value is not None]
    return f'Champion("{metadata.study}", trial {metadata.trial}, {", ".join([f"{metadata.metric} {_number(metadata.value)}", *test])})'


def html_table(metadata: ChampionMetadata, model_uri: str, features: Mapping[str, str] | str) -> str:
    """Return a champion as an HTML table.

    Args:
        metadata: The champion's metadata.
        model_uri: Its URI in the registry; empty if it was not loaded by one.
        features: Type of each column that it takes, by name; or a text about the array that it takes.
    """
    takes = features if isinstance(features, str) else ", ".join(f"{name} ({of})" for name, of in features.items())
    classes = {name: ", ".join(chosen) for name, chosen in named(metadata.class_names).items() if chosen}
    rows = {
        "Study": f"{metadata.study}, trial {metadata.trial}",
        "Average of": f"the models of the trials {', '.join(map(str, metadata.trials))}" if len(metadata.trials) > 1 else "",
        "Model": model_uri,
        "Validation": f"{metadata.metric} {_number(metadata.value)}",
        "Test": ", ".join(f"{name} {_number(value)}" for name, value in metadata.test.items()),
        "Hyperparameters": ", ".join(f"{name}={_number(value)}" for name, value in metadata.params.items()),
        "Predicts": ", ".join(f"{column}, {named(metadata.task)[name]}" for name, column in named(metadata.target).items()),
        "Classes": "; ".join(f"{name}: {text}" if name else text for name, text in classes.items()),
        "Takes": takes,
    }
    lines = [
        f'<tr><th style="text-align:left">{name}</th><td style="text-align:left">{html.escape(text)}</td></tr>' for name, text in rows.items() if text
    ]
    return f"<table>{''.join(lines)}</table>"


def _number(value: object) -> str:
    return "not defined" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)
