"""Functions of a session are written as a module that other processes import."""

import gc
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from search.errors import ExperimentError
from search.experiment.session_code import SessionCode, reference_of
from search.experiment.session_modules import SessionModule, SessionModules
from tests.search.sessions import as_main, run_cell

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
def install():
    """A function that installs what was added to a code, and returns its values' names; removed at the end."""
    installed = []

    def install(code):
        installed.append(SessionModules([SessionModule(code.name, code.source, code.values)]))
        installed[-1].install()
        return sorted(code.values)

    yield install
    installed.clear()
    gc.collect()


@pytest.fixture
def code():
    return SessionCode("own_session")


def called_elsewhere(expression):
    """Return the JSON of an expression of the module in another process."""
    path = f"import sys; sys.path[:] = {sys.path!r}; import json, own_session; print(json.dumps({expression}))"
    finished = subprocess.run([sys.executable, "-c", path], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_what_a_file_defines_is_named_where_it_is(code):
    assert reference_of(json.JSONEncoder) == "json.encoder:JSONEncoder"
    assert code.add(json.dumps, "build") == "json:dumps"
    assert code.is_empty
    assert reference_of(run_cell("def build(): pass")["build"]) is None


def test_a_function_is_written_with_all_that_it_uses_and_no_more(code, install):
    cell = run_cell(CELL)
    assert code.add(cell["build"], "model") == "own_session:build"
    assert install(code) == []
    assert "x = " not in code.source.replace("    x = Point", "")
    assert called_elsewhere("own_session.build()") == cell["build"]()


def test_an_estimator_is_written_as_the_calls_that_make_it(code, install):
    pipeline = make_pipeline(FunctionTransformer(np.log1p), SimpleImputer(), SVC(C=2, class_weight={0: 1, 1: 2}))
    assert code.add(pipeline, "estimator") == "own_session:estimator"
    assert install(code) == []
    assert called_elsewhere("repr(own_session.estimator)") == repr(pipeline)

    other = SessionCode("other_session")
    other.add(SVC(C=np.float64(2), gamma="auto"), "estimator")
    assert (other.source.splitlines()[-1], sorted(other.values)) == ("estimator = SVC(C=2.0, gamma='auto')", [])
    with_array = SessionCode("array_session")
    with_array.add(GaussianNB(priors=np.array([0.5, 0.5])), "estimator")
    assert sorted(with_array.values) == ["estimator"]


def test_what_has_no_source_is_sent_as_a_value(code, install):
    make = run_cell(VALUES, table=np.arange(1000.0), bias=7)["make"]
    code.add(make(3), "model")
    assert install(code) == ["shift", "table"]  # and not scale, which is written
    assert called_elsewhere("own_session.build(2)") == make(3)(2)


def test_a_secret_is_a_value_and_not_in_the_source(code, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijklmnop")
    code.add(run_cell("def load():\n    return api_key, found", api_key="k-123456", found="Bearer hf_abcdefghijklmnop")["load"], "data")
    assert sorted(code.values) == ["api_key", "found"]
    assert "123456" not in code.source
    assert "abcdef" not in code.source


def test_a_lambda_and_an_object_that_builds_have_a_name(code, install):
    cell = run_cell("class Hyper:\n    def build(self, hp, input_shape, width=2):\n        return [hp, input_shape, width]\nfound = lambda: 5")
    assert code.add(cell["found"], "build_model") == "own_session:build_model"
    assert code.add(cell["Hyper"](), "hyper") == "own_session:hyper"
    install(code)
    assert called_elsewhere("[own_session.build_model(), own_session.hyper(1, input_shape=[4])]") == [5, [1, [4], 2]]
    assert sorted(code.values) == ["build_model"]


def test_a_hypermodel_keeps_its_own_fit(code, install):
    text = "class Hyper:\n def build(self, hp):\n  return hp\n def fit(self, hp, model, *args, epochs):\n  return [hp, model, *args, epochs]"
    with as_main(cell := run_cell(text)):
        code.add(cell["Hyper"](), "hyper")
        install(code)
    assert called_elsewhere("[own_session.hyper().build(1), own_session.hyper().fit(1, 2, 3, epochs=4)]") == [1, [1, 2, 3, 4]]


def test_a_hypermodel_is_written_with_its_attributes(code, install):
    cell = run_cell(
        "import keras_tuner\nclass Hyper(keras_tuner.HyperModel):\n    def __init__(self, classes):\n        super().__init__()\n"
        "        self.classes = classes\n    def build(self, hp):\n        return self.classes + hp",
    )
    with as_main(cell):
        code.add(cell["Hyper"](3), "hyper")
        assert install(code) == []
    import importlib

    assert importlib.import_module("own_session").hyper(hp=4) == 7


DEFINITIONS = {  # text of a cell, and an expression of its names
    "annotations that are not evaluated": ("from __future__ import annotations\ndef build(n: Unknown) -> Unknown:\n    return n", "build(1)"),
    "a global that a default value had": ("size = 3\ndef build(n=size, *, m=size * 2):\n    return n + m\nsize = 5", "build()"),
    "a global that a method's default value had": (
        "size = 3\nclass A:\n    def get(self, n=size):\n        return n\ndef build():\n    return A().get()\nsize = 5",
        "build()",
    ),
    "an attribute of a class": (
        "class A:\n    k = 1\n    def get(self):\n        return self.k\ndef build():\n    return A().get()\nA.k = 5",
        "build()",
    ),
    "an attribute of a function": ("def build():\n    return build.k\nbuild.k = 3", "build()"),
    "a list of two names": ("ys = [1]\nxs = ys\ndef add():\n    ys.append(2)\ndef build():\n    add()\n    return xs", "build()"),
    "a nonlocal name": (
        "def make():\n    n = 1\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step\nbuild = make()",
        "step()",
    ),
    "a class whose method uses a subclass": (
        "class A:\n    def other(self):\n        return B().name()\n    def name(self):\n        return 'a'\n"
        "class B(A):\n    def name(self):\n        return 'b'\ndef build():\n    return A().other()",
        "build()",
    ),
    "a class whose body reads the global that it binds": (
        "size = 4\nclass A:\n    size = size * 2\n    def get(self):\n        return self.size\ndef build():\n    return A().get()",
        "build()",
    ),
    "a subclass without methods": (
        "class A:\n    def get(self):\n        return 7\nclass B(A):\n    pass\ndef build():\n    return B().get()",
        "build()",
    ),
    "properties and static methods": (
        "class A:\n    @property\n    def p(self):\n        return self.s()\n    @staticmethod\n    def s():\n        return k\nk = 6\n"
        "def build():\n    return A().p",
        "build()",
    ),
    "an object of a class of the session": (
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n    width: int = 3\n    names: tuple = ()\n"
        "    def area(self):\n        return [self.width**2, *self.names]\nconfig = Config(5, ('a',))\nconfig.width = 6\n"
        "def build():\n    return config.area()",
        "build()",
    ),
    "a decorator and mutual recursion": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(n):\n        return 2 * f(n)\n    return inner\n"
        "@twice\ndef build(n):\n    return odd(n)\ndef odd(n):\n    return n > 0 and not even(n - 1)\ndef even(n):\n    return n == 0 or odd(n - 1)",
        "build(3)",
    ),
}


@pytest.mark.parametrize("case", DEFINITIONS)
def test_definitions_compute_what_they_do_in_the_session(code, install, case):
    text, expression = DEFINITIONS[case]
    cell = run_cell(text)
    expected = eval(f"build{expression[expression.index('(') :]}", dict(run_cell(text)))
    with as_main(cell):
        code.add(cell["build"], "model")
        install(code)
    assert called_elsewhere(f"own_session.{expression}") == expected


@pytest.mark.parametrize(
    "text",
    [
        DEFINITIONS["a subclass without methods"][0],
        "from enum import Enum\nclass Kind(Enum):\n    A = 1\ndef build():\n    return Kind.A.value",
        "from dataclasses import dataclass\n@dataclass\nclass Size:\n    width: int = 3\ndef build():\n    return Size().width",
    ],
)
def test_classes_are_written_though_they_have_no_methods(code, text):
    cell = run_cell(text)
    with as_main(cell):
        code.add(cell["build"], "model")
    assert code.values == {}


def test_a_dict_of_its_own_class_is_sent_as_a_value(code):
    with as_main(cell := run_cell("class Sizes(dict):\n    pass\nsizes = Sizes(a=1)\nsizes.unit = 'cm'\ndef build():\n    return sizes['a']")):
        code.add(cell["build"], "model")
    assert [value["a"] for value in code.values.values() if isinstance(value, dict)] == [1]


def test_a_set_is_the_same_text_in_each_process():
    values = "{'the', 'and', 'a', 'of', 'to'}), literal((1,)), literal({1: [2.5, None]}"
    program = f"from search.experiment.session_source import literal; print(literal({values}))"
    found = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in "123"
    }
    assert found == {"{'a', 'and', 'of', 'the', 'to'} (1,) {1: [2.5, None]}\n"}


def test_two_objects_of_one_name_are_refused(code):
    code.add(run_cell("def build():\n    return size", size=1)["build"], "model")
    with pytest.raises(ExperimentError, match='Two different objects of this session are named "size"; rename one of them'):
        code.add(run_cell("def load():\n    return size", size=2)["load"], "data")


def test_a_value_that_cannot_be_sent_is_named(code, install):
    code.add(run_cell("def build():\n    return guard", guard=threading.Lock())["build"], "model")
    with pytest.raises(
        ExperimentError, match=r"guard, a lock, cannot be sent to the processes that train \(TypeError: cannot pickle .*make it inside"
    ):
        install(code)
    data = SessionModules([SessionModule("own_session_data", "", content=[threading.Lock()])])
    with pytest.raises(ExperimentError, match=r"data, a list, cannot be sent .*; give arrays, tables, or a function that loads the data"):
        data.install()


def test_a_module_is_replaced_by_a_newer_one_and_comes_back(code):
    import importlib

    one, two = (SessionModules([SessionModule("own_session", f"NUMBER = {number}\n")]) for number in (1, 2))
    for modules, number in ((one, 1), (two, 2), (one, 1)):
        modules.install()
        assert number == importlib.import_module("own_session").NUMBER
    folder = Path(importlib.import_module("own_session").__file__).parent
    assert folder.stat().st_mode & 0o077 == 0
    del one, modules
    gc.collect()
    assert not folder.exists()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("own_session")


def test_files_last_as_long_as_their_process_and_not_as_a_fork_of_it():
    program = (
        "import os\nfrom search.experiment.session_modules import *\nm = SessionModules([SessionModule('own_session', '')]); m.install()\n"
        "import own_session\nif os.fork() == 0:\n    raise SystemExit\nos.wait()\nprint(os.path.exists(own_session.__file__), own_session.__file__)"
    )
    is_there, file = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert is_there == "True"
    assert not Path(file).exists()


def test_a_name_that_a_file_of_the_user_has_is_refused(tmp_path, monkeypatch):
    (tmp_path / "own_session.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ExperimentError, match=r'"own_session" is the name of .*own_session.py, and of the module .*; give Study another name'):
        SessionModules([SessionModule("own_session", "")]).install()
