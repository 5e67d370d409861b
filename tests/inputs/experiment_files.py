"""Experiment files that are no text or no TOML, contradict themselves, or are absurdly large."""

import os
from collections.abc import Iterator

from tests.inputs.malformed import DEEP, LONG, TABLE, WIDE, Malformed, changed, experiment, rng

NUMBER = "9" * LONG
NAME = "n" * LONG
PARAMETERS = {
    "low above high": '{ type = "int", low = 3, high = 1 }',
    "low is text": '{ type = "int", low = "3", high = 4 }',
    "fractions of an int": '{ type = "int", low = 0.5, high = 4 }',
    "step of 0": '{ type = "int", low = 1, high = 4, step = 0 }',
    "step wider than the range": '{ type = "int", low = 1, high = 4, step = 9 }',
    "log from 0": '{ type = "float", low = 0.0, high = 1.0, log = true }',
    "log with a step": '{ type = "int", low = 1, high = 8, step = 2, log = true }',
    "no high": '{ type = "int", low = 1 }',
    "no type": "{ low = 1, high = 2 }",
    "unknown type": '{ type = "integer", low = 1, high = 2 }',
    "type is a list": '{ type = ["int"], low = 1, high = 2 }',
    "unknown key": '{ type = "int", low = 1, high = 2, stepp = 1 }',
    "no choices": '{ type = "categorical", choices = [] }',
    "choices are text": '{ type = "categorical", choices = "abc" }',
    "equal choices": '{ type = "categorical", choices = [1, 1.0, true] }',
    "nested choices": '{ type = "categorical", choices = [[1], [2]] }',
    "infinite high": '{ type = "float", low = 0.0, high = inf }',
    "nan low": '{ type = "float", low = nan, high = 1.0 }',
    "a list": "[1, 2]",
    "a date": "2024-01-01",
    "a long type": f'{{ type = "{NAME}", low = 1, high = 2 }}',
    "many choices, all equal": f'{{ type = "categorical", choices = [{"1, " * LONG}] }}',
    "a long unknown key": f'{{ type = "int", low = 1, high = 2, {NAME} = 1 }}',
    "a secret": '{ type = "categorical", choices = ["https://me:pass-word@host/a", "b"] }',
}
SYNTAX = {
    "no value": "model =\n",
    "no end of a list": "search = { sampler_options = { a = [1, 2 }\n",
    "no end of a text": 'model = "models.mlp\n',
    "no end of a long text": 'model = """models.mlp\n' + "a\n" * LONG,
    "a key twice": 'model = "a:b"\nmodel = "a:c"\n',
    "a table twice": "[search]\nseed = 1\n[search]\nseed = 2\n",
    "a table in place of a value": 'model = "a:b"\n[model]\nx = 1\n',
    "text without quotation marks": "model = models.mlp:build_mlp\n",
    "a bare word": "model\n",
    "a leading zero": "search.seed = 007\n",
    "an impossible date": "search.seed = 2024-02-31\n",
    "a wrong escape": 'model = "a\\qb"\n',
    "a control character": 'model = "a\x07b"\n',
    "JSON": '{"model": "models.mlp:build_mlp", "data": {}}\n',
    "YAML": "model: models.mlp:build_mlp\ndata:\n  loader: x\n",
    "Python": "import keras\nmodel = keras.Sequential()\n",
    "HTML": "<!doctype html><html><body>404</body></html>",
    "marks of a merge": "<<<<<<< HEAD\nmodel = 'a:b'\n=======\nmodel = 'a:c'\n>>>>>>> other\n",
    "a long line": f"model = {NAME}\n",
    "a number of many digits": f"search.seed = {NUMBER}\n",
    "a number of many hexadecimal digits": f"search.seed = 0x{'f' * LONG}\n",
    "a large exponent": "space.training.learning_rate = 1e999999999\n",
    "a list nested deeply": f"search.sampler_options = {{ a = {'[' * DEEP}{']' * DEEP} }}\n",
    "tables nested deeply": f"search.sampler_options = {'{ a = ' * DEEP}1{' }' * DEEP}\n",
    "a key of many dots": f"search.sampler_options{'.a' * DEEP} = 1\n",
    "a header of many dots": f"[search.sampler_options{'.a' * DEEP}]\nb = 1\n",
    "a long key": f"{NAME} = 1\n",
    "a key of many lines": '"' + "a\\n" * LONG + '" = 1\n',
    "many unknown keys": "".join(f"key_{number} = 1\n" for number in range(LONG)),
    "a large list": f"model = [{'1,' * (WIDE // 4)}]\n",
    "colours": 'model = "\\u001b[31mred\\u001b[0m"\n',
    "a form feed in a reference": 'model = "a\\fb:c\\r\\nd"\n',
}
FILES = {
    "empty": ("", "missing"),
    "only blanks": (" \n\t\n", "missing"),
    "only comments": ("# nothing\n" * LONG, "missing"),
    "zeros": (bytes(LONG), "given.toml"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "utf-8"),
    "UTF-16": (experiment().encode("utf-16"), "utf-8"),
    "Latin-1": ('model = "modèle:ü"\n'.encode("latin-1"), "utf-8"),
    "a cut character": ('model = "ü'.encode()[:-1], "utf-8"),
    "a folder": (lambda path: path.mkdir(), "given.toml"),
    "a loop of links": (lambda path: path.symlink_to(path), "given.toml"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "given.toml"),
    "a pipe": (os.mkfifo, "given.toml"),
}
CHANGES = {
    "no model": ({"model": None}, "model is missing"),
    "no data": ({"data": None}, "data"),
    "no objective": ({"objective": None}, "objective"),
    "no metric": ({"objective.metric": None}, "metric is missing"),
    "a metric without val_": ({"objective.metric": '"accuracy"'}, "val_accuracy"),
    "a metric of another task": ({"objective.metric": '"val_r2_score"'}, "val_r2_score"),
    "an unknown metric": ({"objective.metric": '"val_acuracy"'}, "val_acuracy"),
    "a further metric that is unknown": ({"objective.metrics": '["acuracy"]'}, "acuracy"),
    "a wrong direction": ({"objective.direction": '"maximize"'}, "minimize"),
    "a file in place of a reference": ({"model": '"models/mlp.py"'}, "model"),
    "a dotted name in place of a reference": ({"model": '"models.mlp.build_mlp"'}, "did you mean"),
    "a reference of blanks": ({"model": '"   "'}, "model"),
    "an expression in place of a reference": ({"data.loader": "\"os:system('true')\""}, "data.loader"),
    "a name with a slash": ({"name": '"../other"'}, "name"),
    "an empty name": ({"name": '""'}, "name"),
    "a name of other letters": ({"name": '"étude"'}, "name"),
    "a parameter in both tables": (
        {"space.model.batch_size": '{ type = "int", low = 1, high = 2 }', "space.training.batch_size": '{ type = "int", low = 1, high = 2 }'},
        "batch_size",
    ),
    "a text as a callback": ({"callbacks": '["EarlyStopping"]'}, "callbacks"),
    "a callback without use": ({"callbacks": "[{ patience = 1 }]"}, "use is missing"),
    "a callback that leaves the folder": ({"callbacks": '[{ use = "keras.callbacks:CSVLogger", filename = "../a.csv" }]'}, "../a.csv"),
    "a folder of callbacks that is empty": ({"executor.callback_folders": '[""]'}, "callback_folders"),
    "an input without columns": ({"preprocessing.inputs": "{ main = [] }"}, "at least one column"),
    "an input with a column twice": ({"preprocessing.inputs": '{ main = ["x", "x"] }'}, "twice"),
    "an input of an unknown column": ({"preprocessing.inputs": '{ main = ["z"] }'}, '"z"'),
    "the type of an unknown column": ({"preprocessing.columns": '{ z = "text" }'}, '"z"'),
    "an unknown type of a column": ({"preprocessing.columns": '{ x = "number" }'}, "numeric"),
    "text as a numeric column": ({"preprocessing.columns": '{ letter = "numeric" }'}, "letter"),
    "all columns dropped": ({"preprocessing.columns": '{ x = "drop", letter = "drop" }'}, "drop"),
    "an output's bad name": ({"outputs": '{ "a b" = {} }'}, "a b"),
    "an output of an unknown target": ({"outputs": '{ main = { target = "z" } }'}, '"z"'),
    "an output's unknown loss": ({"outputs": '{ main = { loss = "mse" } }'}, "loss"),
    "an unknown sampler": ({"search.sampler": '"tep"'}, 'did you mean "tpe"'),
    "a sampler's unknown option": ({"search.sampler_options": "{ n_startup = 3 }"}, "n_startup"),
    "a sampler's option of another type": ({"search.sampler_options": '{ n_startup_trials = "x" }'}, "n_startup_trials"),
    "a sampler from nowhere": ({"search.sampler": '"nowhere:Sampler"'}, "nowhere"),
    "a sampler that is none": ({"search.sampler": '"json:dumps"'}, "dumps()"),
    "an unknown pruner": ({"search.pruner": '"medain"'}, 'did you mean "median"'),
    "a pruner's unknown option": ({"search.pruner": '"median"', "search.pruner_options": "{ n = 3 }"}, "n"),
    "a pruner that is none": ({"search.pruner": '"json:dumps"'}, "dumps()"),
    "a grid of infinite points": ({"search.sampler": '"grid"', "space.training.learning_rate": '{ type = "float", low = 0.1, high = 1.0 }'}, "grid"),
    "options nested deeply": ({"search.sampler_options": f"{{ a = {'[' * 90}1{']' * 90} }}"}, "nested too deeply"),
    "many arguments of a loader": ({f"data.a{number}": "1" for number in range(LONG)}, "a0"),
    "a huge range": ({"space.training.epochs": f'{{ type = "int", low = 1, high = {"9" * 400} }}'}, "64 bits"),
    "a huge number of trials": ({"search.n_trials": "9" * 4000}, "64 bits"),
    "a huge number of epochs": ({"space.training.epochs": "9" * 4000}, "64 bits"),
    "a huge argument": ({"space.model.n_neurons": "9" * 4000}, "64 bits"),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    for name, entry in PARAMETERS.items():
        yield changed(f"a parameter: {name}", "n_neurons", {"space.model.n_neurons": entry})
        yield changed(f"a setting: {name}", "patience", {"space.training.patience": entry})
    for name, text in SYNTAX.items():
        yield Malformed(f"syntax: {name}", "given.toml", {"given.toml": text})
        yield Malformed(f"syntax in the middle: {name}", "given.toml", {"given.toml": experiment() + text, "table.csv": TABLE})
    for name, (content, says) in FILES.items():
        yield Malformed(f"the file is {name}", says, {"given.toml": content})
    for name, (changes, says) in CHANGES.items():
        yield changed(name, says, changes)
    yield from _damaged()


def _damaged() -> Iterator[Malformed]:
    """Yield an experiment with a byte that UTF-8 does not have, at random places."""
    random, text = rng("damaged"), experiment().encode()
    for at in sorted(random.sample(range(len(text)), 10)):
        yield Malformed(f"a wrong byte at {at}", "given.toml", {"given.toml": text[:at] + b"\xff" + text[at + 1 :]})
