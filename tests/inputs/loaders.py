"""Loaders that raise, return something else, or return parts that cannot be used."""

from collections.abc import Iterator

from tests.inputs.malformed import LONG, WIDE, Malformed, changed

MODULE = """
import numpy as np
import pandas as pd

rng = np.random.default_rng(0)

def part(n_rows):
    features = pd.DataFrame({{"x": rng.normal(size=n_rows), "letter": ["a", "b"] * (n_rows // 2)}})
    return features, pd.Series(np.arange(n_rows) % 2, name="y")

def load():
    parts = {{"task": "binary", "train": part(20), "validation": part(10), "test": part(10)}}
    {body}
    return parts
"""
RETURNED = {
    "nothing": ("return None", "nonetype"),
    "a list": ("return [1, 2]", "list"),
    "a text": ("return 'data'", "str"),
    "an empty dict": ("return {}", '"train"'),
    "a generator": ("return (part for part in parts)", "generator"),
    "a table": ("return parts['train'][0]", "dataframe"),
    "no test part": ("del parts['test']", '"test"'),
    "no task": ("del parts['task']", '"task"'),
    "an unknown task": ("parts['task'] = 'binry'", "binry"),
    "a task that is a number": ("parts['task'] = 7", "7"),
    "a long task": (f"parts['task'] = 't' * {LONG}", "tttt"),
    "an unknown key": ("parts['tests'] = 1", '"tests"'),
    "a long key": (f"parts['k' * {LONG}] = 1", "kkkk"),
    "a key that is a number": ("parts[7] = 1", '"7"'),
    "an unknown table format": ("parts['table_format'] = {'a': 1}", "table_format"),
    "a table format that is text": ("parts['table_format'] = 'csv'", "table_format"),
    "notes that are a number": ("parts['notes'] = 7", "notes"),
    "class names that are a number": ("parts['class_names'] = 7", "class_names"),
    "one class name": ("parts['class_names'] = ['a']", "class"),
    "a class name twice": ("parts['class_names'] = ['a', 'a']", "class"),
    "a positive class that is none": ("parts['positive'] = 7", "positive"),
    "another task than the target": ("parts['task'] = {'z': 'binary'}", '"z"'),
}
PARTS = {
    "None": ("None", "nonetype"),
    "a table alone": ("part(10)[0]", "dataframe"),
    "three values": ("(*part(10), None)", "tuple"),
    "without rows": ("tuple(values[:0] for values in part(10))", "no rows"),
    "with fewer targets": ("(part(10)[0], part(8)[1])", "10 rows"),
    "a target as a list": ("(part(10)[0], [0, 1] * 5)", "list"),
    "features as a list": ("([[1, 2]] * 10, part(10)[1])", "list"),
    "another target": ("(part(10)[0], part(10)[1].rename('z'))", '"z"'),
    "a gap in the target": ("(part(10)[0], part(10)[1].where(lambda y: y.index > 0))", "gaps"),
    "another column": ("(part(10)[0].rename(columns={'x': 'z'}), part(10)[1])", "columns"),
    "a column more": ("(part(10)[0].assign(z=1), part(10)[1])", "columns"),
    "text among numbers": (
        "(part(10)[0].astype({'x': object}).replace({'x': {part(10)[0].x[0]: 1}}).assign(x=['seven'] * 10), part(10)[1])",
        "seven",
    ),
    "infinite numbers": ("(part(10)[0].assign(x=np.inf), part(10)[1])", "finite"),
    "complex numbers": ("(part(10)[0].assign(x=1j), part(10)[1])", '"x"'),
    "lists as values": ("(part(10)[0].assign(x=[[1]] * 10), part(10)[1])", "list"),
    "dates in place of numbers": ("(part(10)[0].assign(x=pd.Timestamp(0)), part(10)[1])", '"x"'),
    "an unknown class": ("(part(10)[0], part(10)[1] + 5)", "class"),
    "an array": ("(np.zeros((10, 2)), part(10)[1])", "shape"),
    "an array of text": ("(np.full((10, 2), 'a'), part(10)[1])", "array"),
    "an array of one dimension": ("(np.zeros(10), part(10)[1])", "array"),
    "a long name of a column": (f"(part(10)[0].rename(columns={{'x': 'x' * {LONG}}}), part(10)[1])", "columns"),
    "many columns": ("(pd.DataFrame(np.zeros((10, 2000))).rename(columns=str), part(10)[1])", "columns"),
    "a column twice": ("(part(10)[0].set_axis(['x', 'x'], axis=1), part(10)[1])", '"x" twice'),
    "columns that are numbers": ("(part(10)[0].set_axis([0, 1], axis=1), part(10)[1])", "rename"),
    "the target among the features": ("(part(10)[0].assign(y=0), part(10)[1])", '"y"'),
}
RAISED = {
    "an error of many characters": (f"raise ValueError('long ' * {WIDE // 5})", "long"),
    "an error of many lines": (f"raise ValueError('line\\n' * {LONG})", "line"),
    "an error of one long word": (f"raise ValueError('w' * {LONG})", "www"),
    "an error without text": ("raise ValueError", "valueerror"),
    "an error with colours": ("raise ValueError('\\x1b[31mred\\x1b[0m\\x00\\x07')", "red"),
    "an error that cannot be shown": ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", "odd"),
    "a key error": ("parts['none']", '"none"'),
    "an interpreter's exit": ("raise SystemExit(3)", "sys.exit(3)"),
    "a process' exit": ("import os; os._exit(0)", "os._exit(0)"),
    "a base exception": ("raise BaseException('odd')", "odd"),
    "a generator's exit": ("raise GeneratorExit", "generatorexit"),
    "an endless recursion": ("return load()", "recursion"),
    "no memory": ("raise MemoryError", "memoryerror"),
    "an assertion": ("assert parts is None", "assertionerror"),
    "an absent file": ("open('absent.csv')", "absent.csv"),
    "a division by zero": ("1 / 0", "division"),
    "a warning as an error": ("import warnings; warnings.simplefilter('error'); warnings.warn('odd')", "odd"),
    "a text that is no Unicode": ("raise ValueError('\\ud800')", "own:load"),
}
MODULES = {
    "empty": ("", "load"),
    "no Python": ("def load(:\n", "line 1 is not Python"),
    "zeros": (bytes(100), "own"),
    "no text": (b"\xff\xfe\x00", "own"),
    "without the function": ("def lod(): pass\n", 'did you mean "lod"'),
    "a number in place of the function": ("load = 7\n", "int"),
    "a class in place of the function": ("class load: pass\n", "load"),
    "a function that needs an argument": ("def load(path): pass\n", '"path"'),
    "a function of positional arguments": ("def load(path, /): pass\n", "path"),
    "an absent import": ("import absent_module\ndef load(): pass\n", "absent_module"),
    "an import of itself": ("from own import load\n", "load"),
    "an error": ("1 / 0\ndef load(): pass\n", "zerodivisionerror"),
    "an exit": ("import sys; sys.exit(0)\ndef load(): pass\n", "sys.exit(0)"),
    "a recursion": ("def load(): load()\nload()\n", "recursionerror"),
    "a deep expression": (f"load = {'(' * 500}1{')' * 500}\n", "own"),
    "tabs and blanks": ("def load():\n\tx = 1\n        return x\n", "inconsistent use of tabs"),
}
REFERENCES = {
    "an absent package": ("absent_package:load", "absent_package"),
    "an absent module": ("experiments.absent:load", "absent"),
    "an absent name": ("experiments.datasets:cvs", 'did you mean "csv"'),
    "a module alone": ("experiments.datasets", "loader"),
    "a name of a name": ("experiments.datasets:csv.absent", "absent"),
    "a long module": (f"{'m' * LONG}:load", "mmm"),
    "a long name": (f"experiments.datasets:{'n' * LONG}", "nnn"),
    "many packages": (f"{'m.' * LONG}m:load", "m.m"),
    "a file": ("own.py:load", "own.py"),
    "a path": ("/etc/passwd:load", "loader"),
    "a relative module": (".own:load", "loader"),
    "a module that is a folder": ("mlruns:load", "mlruns"),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    own = {"data": '{ loader = "own:load" }'}
    for name, (body, says) in {**RETURNED, **RAISED}.items():
        yield changed(f"a loader: {name}", says, own, own=MODULE.format(body=body))
    for name, (value, says) in PARTS.items():
        yield changed(f"a test part: {name}", says, own, own=MODULE.format(body=f"parts['test'] = {value}"))
    for name, (content, says) in MODULES.items():
        yield changed(f"a module: {name}", says, own, own=content)
    for name, (reference, says) in REFERENCES.items():
        yield changed(f"a reference: {name}", says, {"data": f'{{ loader = "{reference}" }}'})
