"""Boxes and arrows of a model."""

import keras

from search.inspection.graph import model_graph


def named_arrows(graph):
    return {(graph.boxes[source].name, graph.boxes[target].name) for source, target in graph.arrows}


def test_a_functional_models_graph_has_its_calls_in_order(champion):
    graph = model_graph(champion.model)
    assert graph.title == "residual: 60 parameters"
    assert named_arrows(graph) == {
        *{("rows", "hidden"), ("rows", "add"), ("hidden", "block"), ("block", "add"), ("add", "dropout"), ("dropout", "shared")},
        *{("hidden", "shared"), ("shared", "both"), ("both", "main"), ("hidden", "aux")},
    }
    assert all(source < target for source, target in graph.arrows)
    boxes = {box.name: box for box in graph.boxes}
    assert (boxes["hidden"].kind, boxes["hidden"].shape, boxes["hidden"].n_parameters) == ("Dense relu", "(None, 4)", 20)
    assert {name: box.role for name, box in boxes.items() if box.role != "hidden"} == {"rows": "input", "main": "output", "aux": "output"}


def test_a_shared_layer_is_a_box_for_each_use_and_counted_once(champion):
    boxes = [box for box in model_graph(champion.model).boxes if box.name == "shared"]
    assert [box.n_parameters for box in boxes] == [10, None]


def test_a_subclassed_model_is_traced_through_its_call(subclassed):
    graph = model_graph(subclassed.model)
    arrows = {(source, target.partition("_")[0]) for source, target in named_arrows(graph)}
    assert graph.is_traced
    assert {("deep", "hidden"), ("hidden", "concatenate"), ("wide", "concatenate")} <= arrows


def test_an_untraceable_model_is_a_list_of_layers(untraceable):
    graph = model_graph(untraceable.model)
    assert not graph.is_traced
    assert [box.name for box in graph.boxes] == ["first", "second"]


def test_a_sequential_model_is_a_chain():
    model = keras.Sequential([keras.Input((2,), name="rows"), keras.layers.Dense(3, name="a"), keras.layers.Dense(1, name="b")])
    assert named_arrows(model_graph(model)) == {("rows", "a"), ("a", "b")}
