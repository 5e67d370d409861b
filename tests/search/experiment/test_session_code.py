"""Functions of a session are written as a module that other processes import."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from search.errors import ExperimentError
from search.experiment.session_code import SessionCode, reference_of
from search.experiment.session_modules import SessionModule, install, remove
from tests.search.sessions import run_cell

CELL = """
import json as j
import os.path
import xml.dom
import xml.dom.minidom
from dataclasses import dataclass
from math import sqrt as root

SIZES = [2, 3]
x = object()  # no function uses it: theirs is local

def double(number):
    return 2 * number

@dataclass
class Point:
    x: int
    def length(self):
        return root(self.x * double(SIZES[0]))

def build(width=SIZES[1]):
    x = Point(width)
    inner = lambda: xml.dom.minidom.parseString("<a/>").documentElement.tagName
    return j.dumps([x.length(), os.path.basename("a/b"), inner()])
"""

VALUES = """
shift = lambda n: n + bias

def make(scale):
    def build(number):
        return number * scale * float(table.sum()) + shift(1)
    return build
"""


@pytest.fixture
def code():
    yield SessionCode("own_session")
    remove(["own_session"])


def install_code(code):
    install([SessionModule(code.name, code.source, code.values)])


def called_elsewhere(expression):
    """Return the JSON of an expression of the module in another process."""
    path = f"import sys; sys.path[:] = {sys.path!r}; import json, own_session; print(json.dumps({expression}))"
    return json.loads(subprocess.run([sys.executable, "-c", path], capture_output=True, text=True, check=True).stdout)


def test_what_a_file_defines_is_named_where_it_is(code):
    assert reference_of(json.JSONEncoder) == "json.encoder:JSONEncoder"
    assert code.add(json.dumps, "build") == "json:dumps"
    assert code.is_empty
    assert reference_of(run_cell("def build(): pass")["build"]) is None


def test_a_function_is_written_with_all_that_it_uses_and_no_more(code):
    cell = run_cell(CELL)
    assert code.add(cell["build"], "model") == "own_session:build"
    assert not code.values
    assert "x = " not in code.source.replace("    x = Point", "")
    install_code(code)
    assert called_elsewhere("own_session.build()") == cell["build"]()


def test_what_has_no_source_is_sent_as_a_value(code):
    make = run_cell(VALUES, table=np.arange(1000.0), bias=7)["make"]
    code.add(make(3), "model")
    assert sorted(code.values) == ["shift", "table"]  # and not scale, which is written
    install_code(code)
    assert called_elsewhere("own_session.build(2)") == make(3)(2)


def test_a_secret_is_a_value_and_not_in_the_source(code, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijklmnop")
    code.add(run_cell("def load():\n    return api_key, found", api_key="k-123456", found="Bearer hf_abcdefghijklmnop")["load"], "data")
    assert sorted(code.values) == ["api_key", "found"]
    assert "123456" not in code.source
    assert "abcdef" not in code.source


def test_a_lambda_and_an_object_that_builds_have_a_name(code):
    cell = run_cell("class Hyper:\n    def build(self, hp):\n        return hp + 1\nfound = lambda: 5")
    assert code.add(cell["found"], "build_model") == "own_session:build_model"
    assert code.add(cell["Hyper"](), "hyper") == "own_session:hyper"
    install_code(code)
    assert called_elsewhere("[own_session.build_model(), own_session.hyper(1)]") == [5, 2]


def test_annotations_that_are_not_evaluated_stay_so(code):
    code.add(run_cell("from __future__ import annotations\ndef build(n: Unknown) -> Unknown:\n    return n")["build"], "model")
    install_code(code)
    assert called_elsewhere("own_session.build(1)") == 1


def test_default_values_are_those_of_the_definition_and_not_of_now(code):
    cell = run_cell("size = 3\ndef build(n=size, *, m=size * 2):\n    return n + m\nsize = 5")
    code.add(cell["build"], "model")
    assert list(code.values) == ["build"]
    install_code(code)
    assert called_elsewhere("own_session.build()") == 9
    counting = run_cell("def make():\n    n = 1\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step")
    other = SessionCode("own_session")
    other.add(counting["make"](), "step")
    assert list(other.values) == ["step"]


def test_two_objects_of_one_name_are_refused(code):
    code.add(run_cell("def build():\n    return size", size=1)["build"], "model")
    with pytest.raises(ExperimentError, match='Two different objects of this session are named "size"; rename one of them'):
        code.add(run_cell("def load():\n    return size", size=2)["load"], "data")


def test_a_value_that_cannot_be_sent_is_named(code):
    code.add(run_cell("def build():\n    return guard", guard=threading.Lock())["build"], "model")
    with pytest.raises(
        ExperimentError, match=r"guard, a lock, cannot be sent to the processes that train \(TypeError: cannot pickle .*make it inside"
    ):
        install_code(code)


def test_a_module_is_replaced_by_a_newer_one_and_removed_at_the_end(code, tmp_path):
    import importlib

    for number in (1, 2):
        install([SessionModule("own_session", f"NUMBER = {number}\n")])
        assert number == importlib.import_module("own_session").NUMBER
    remove(["own_session"])
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("own_session")
    program = (
        "from search.experiment.session_modules import *; install([SessionModule('own_session', '')]); import own_session as o; print(o.__file__)"
    )
    file = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert not Path(file).exists()
