"""Checks that a model's inputs and outputs have the names that the experiment uses."""

from collections.abc import Collection, Mapping
from typing import Any

import keras

from ...data.arrays import Tree
from ...data.targets import named_outputs
from ...errors import TrialError, nearest
from ..metrics import Head


def match_outputs(model: Any, outputs: Any, heads: Mapping[str, Head]) -> dict[str, Any]:
    """Return a model's outputs by the names that the experiment uses.

    Args:
        model: A built Keras model.
        outputs: Its outputs for some rows.
        heads: Task, loss and metrics of each output, from `search.training.metrics.make_heads`.

    Returns:
        The outputs, with the names of ``heads``.

    Raises:
        TrialError: If the names differ.
    """
    found = named_outputs(model, outputs)
    if len(heads) == 1 and len(found) > 1:
        raise TrialError(f"the model has the outputs {_listed(found)}; say what each predicts: [outputs.{min(found)}] and so on")
    if len(found) == 1 and len(heads) > 1:
        raise TrialError(
            f"the model has one output, but the experiment has [outputs] for {_listed(heads)}; the model has to return all of them by name"
        )
    _compare("output", found, heads, "[outputs.{}]")
    return {name: found[name] for name in heads}


def check_inputs(model: Any, x: Tree) -> None:
    """Check that a model's inputs have the names of the data; the inputs of a subclassed model are not known.

    Args:
        model: A Keras model.
        x: Features, by input name where there are several.

    Raises:
        TrialError: If the names differ.
    """
    given = list(x) if isinstance(x, dict) else []
    if isinstance(model, keras.Sequential) and given:
        raise TrialError(f"the model is Sequential and has one input, but [preprocessing] inputs has {_listed(given)}; leave inputs out")
    needed = _input_names(model)
    if not given and len(needed) > 1:
        columns = ", ".join(f"{name} = [...]" for name in needed)
        raise TrialError(f"the model has the inputs {_listed(needed)}; say which columns each reads: [preprocessing] inputs = {{ {columns} }}")
    if given and needed:
        _compare("input", needed, given, "[preprocessing] inputs.{}")


def _input_names(model: Any) -> list[str]:
    """Return the names of a functional model's inputs, or none if they are not known."""
    if not hasattr(model, "output_names"):
        return []
    return list(model.input) if isinstance(model.input, dict) else [tensor.name for tensor in keras.tree.flatten(model.input)]


def _compare(what: str, found: Collection[str], given: Collection[str], key: str) -> None:
    for name in given:
        if name not in found:
            raise TrialError(f'{key.format(name)}: the model has no {what} "{name}"; {nearest(name, found)}')
    for name in found:
        if name not in given:
            raise TrialError(f'the model has the {what} "{name}", of which the experiment says nothing; add {key.format(name)}')


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
