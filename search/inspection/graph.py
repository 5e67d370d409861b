"""Converts a Keras model to a graph: one box per call of a layer, one arrow per tensor between two calls.

The graph of a functional model is Keras' own. A subclassed model is traced by calling it on symbolic inputs; if its `call`
does not support these, its layers are listed in the order of their creation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class Box:
    """One call of a layer.

    Attributes:
        name: Name of the layer.
        kind: The layer's class and activation, such as "Dense relu".
        shape: The output's shape, such as "(None, 30)".
        n_parameters: Number of parameters; None if an earlier box has the same layer.
        role: "input", "output" or "hidden".
    """

    name: str
    kind: str
    shape: str
    n_parameters: int | None
    role: str


@dataclass(frozen=True)
class Graph:
    """The graph of a model.

    Attributes:
        title: The model's name and number of parameters.
        boxes: The boxes in topological order.
        arrows: Indices of two boxes, from and to.
        is_traced: Whether the arrows are known; if not, each goes to the next box.
    """

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int], ...]
    is_traced: bool


def model_graph(model: Any) -> Graph:
    """Return the graph of a model.

    Args:
        model: A built `keras.Model`.

    Returns:
        The graph.
    """
    title = f"{model.name}: {model.count_params():,} parameters"
    try:
        inputs, outputs = _ends(model)
    except Exception:  # a custom `call` may raise anything for symbolic inputs
        boxes = tuple(_box(layer, None, "hidden", is_first=True) for layer in model.layers)
        return Graph(title, boxes, tuple((number, number + 1) for number in range(len(boxes) - 1)), is_traced=False)
    ends = {id(tensor) for tensor in keras.tree.flatten(inputs)}
    calls = list(_calls(keras.tree.flatten(outputs), ends))
    numbers = {call: number for number, call in enumerate(calls)}
    last = {_call_of(tensor) for tensor in keras.tree.flatten(outputs)}
    arrows = [(numbers[_call_of(tensor)], numbers[call]) for call in calls for tensor in _read(call, ends)]
    return Graph(title, tuple(_boxes(calls, last)), tuple(arrows), is_traced=True)


Call = tuple[Any, int]
"""An operation and the number of one of its calls."""


def _ends(model: Any) -> tuple[Any, Any]:
    """Return the symbolic inputs and outputs of a model."""
    if getattr(model, "outputs", None):
        return model.inputs, model.outputs
    config = model.get_build_config()
    shapes = config["input_shape"] if "input_shape" in config else next(iter(config["shapes_dict"].values()))
    if isinstance(shapes, dict):
        symbols: Any = {name: keras.Input(batch_shape=(None, *shape[1:]), name=name) for name, shape in shapes.items()}
    else:
        symbols = keras.Input(batch_shape=(None, *shapes[1:]))
    return symbols, model.call(symbols)  # not model(symbols), which would be one box


def _call_of(tensor: Any) -> Call:
    operation, number, _ = tensor._keras_history
    return operation, number


def _read(call: Call, ends: set[int]) -> list[Any]:
    """Return the input tensors of a call; a model's inputs have none."""
    node = call[0]._inbound_nodes[call[1]]
    return [] if any(id(tensor) in ends for tensor in node.output_tensors) else list(node.input_tensors)


def _calls(outputs: list[Any], ends: set[int]) -> Iterator[Call]:
    """Yield all calls that tensors depend on, in topological order."""
    done: set[Call] = set()
    waiting = [(_call_of(tensor), False) for tensor in reversed(outputs)]
    while waiting:
        call, is_ready = waiting.pop()
        if call in done:
            continue
        if is_ready:
            done.add(call)
            yield call
            continue
        waiting.append((call, True))
        waiting += [(_call_of(tensor), False) for tensor in reversed(_read(call, ends))]


def _boxes(calls: list[Call], last: set[Call]) -> Iterator[Box]:
    seen: set[int] = set()
    for operation, number in calls:
        is_input = isinstance(operation, keras.layers.InputLayer)
        role = "input" if is_input else "output" if (operation, number) in last else "hidden"
        yield _box(operation, number, role, is_first=id(operation) not in seen)
        seen.add(id(operation))


def _box(operation: Any, number: int | None, role: str, *, is_first: bool) -> Box:
    activation = getattr(getattr(operation, "activation", None), "__name__", "linear")
    kind = "Input" if role == "input" else type(operation).__name__ + ("" if activation == "linear" else f" {activation}")
    tensors = [] if number is None else operation._inbound_nodes[number].output_tensors
    n_parameters = operation.count_params() if hasattr(operation, "count_params") else 0
    return Box(operation.name, kind, ", ".join(str(tuple(tensor.shape)) for tensor in tensors), n_parameters if is_first else None, role)
