"""The diagram as SVG."""

from xml.etree import ElementTree

import keras

from search.inspection import draw_model

from .conftest import InspectedModel

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_diagram_names_layers_classes_shapes_and_parameters(champion):
    drawn = texts(draw_model(champion))
    assert drawn[0] == "residual: 60 parameters"
    for text in ("hidden", "Dense relu", "(None, 4)   20 parameters", "rows", "Input", "(None, 2)   shared"):
        assert text in drawn


def test_there_is_an_arrow_for_each_tensor_and_a_box_for_each_call(champion):
    picture = ElementTree.fromstring(draw_model(champion))
    assert len([path for path in picture.iter(f"{SVG}path") if path.get("class") == "arrow"]) == 11
    assert len(list(picture.iter(f"{SVG}rect"))) == 11


def test_everything_lies_within_the_diagram(champion):
    picture = ElementTree.fromstring(draw_model(champion))
    for box in picture.iter(f"{SVG}rect"):
        x, y, width, height = (float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= float(picture.get("width"))
        assert 0 <= y <= y + height <= float(picture.get("height"))


def test_layers_that_cannot_be_connected_have_no_arrows(untraceable):
    svg = draw_model(untraceable)
    assert {"first", "second"} <= set(texts(svg))
    assert 'class="arrow"' not in svg


def test_names_are_escaped():
    assert "a<b&c" in texts(draw_model(InspectedModel(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="a<b&c")]))))
