"""Invalid input is reported in one line with exit status 2, before anything runs."""

from pathlib import Path

import pytest

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
TABLE = "x,y,empty,text\n" + "\n".join(f"{i},{i % 2},,a" for i in range(40)) + "\n"
FAILING = """
from sklearn.tree import DecisionTreeClassifier

class Failing(DecisionTreeClassifier):
    def fit(self, x, y):
        raise ValueError("shape [/job:localhost] [bold]")

def build():
    return Failing()
"""
OF_FAILING = """
model = "own:build"
data = { loader = "breast_cancer" }
objective = { metric = "val_accuracy", direction = "maximize" }
search = { sampler = "random", n_trials = 1, duplicates = "repeat" }
executor = { n_workers = 1 }
"""


def csv(**changes):
    arguments = {"loader": "'experiments.datasets:csv'", "path": "'table.csv'", "target": "'y'"} | changes
    return f"data={{{', '.join(f'{name} = {value}' for name, value in arguments.items())}}}"


HERE = ["--executor", "in-process"]
MESSAGES = [
    (["run", "nothing.toml"], 'There is no experiment file "nothing.toml"'),
    (["run", "broken.toml"], "line 2"),
    (["run", DIABETES, "--set", "space.training.epoch=3"], 'did you mean "epochs"'),
    (["run", DIABETES, "--set", "space.model.n_hidden={type='int', low=3, high=1}"], "low=3 is above high=1"),
    (["run", DIABETES, "--set", "space.training.learning_rate={type='float', low=0.0, high=1.0, log=true}"], "log"),
    (["run", DIABETES, "--set", "space.model.activation={type='categorical', choices=[]}"], "choices"),
    (["run", DIABETES, "--set", "space.training.batch_size=0"], "batch_size"),
    (["run", DIABETES, "--set", "model=models.mlp:build_mpl"], 'did you mean "build_mlp"'),
    (["run", DIABETES, "--set", "model=nowhere:build"], 'there is no module "nowhere"'),
    (["run", DIABETES, "--set", "model=mpl"], 'did you mean "mlp"'),
    (["run", DIABETES, "--set", "data={loader='diabets'}"], 'did you mean "diabetes"'),
    (["run", "diabets"], 'did you mean "diabetes"'),
    (["run", DIABETES, *HERE, "--set", "space.model.n_hiden=3"], 'did you mean "n_hidden"'),
    (["run", DIABETES, "--set", "objective.metric=val_mean_absolute_error"], "val_accuracy"),
    (["run", DIABETES, "--sampler", "tep"], 'did you mean "tpe"'),
    (["run", DIABETES, "--pruner", "medain"], 'did you mean "median"'),
    (["run", DIABETES, "--executor", "worker"], 'did you mean "workers"'),
    (["run", DIABETES, "--workers", "0"], "n_workers"),
    (["run", DIABETES, "--trials", "many"], "--trials"),
    (["run", DIABETES, "--trials", "0"], "n_trials"),
    (["run", DIABETES, "--study", "a/b"], '"a/b" cannot be the name of a study'),
    (["run", DIABETES, "--study", "diabetes.1"], '"diabetes.1" cannot be the name of a study'),
    (["run", DIABETES, "--nothing"], "--nothing"),
    (["run", DIABETES, "--set", csv(path="'absent.csv'")], "absent.csv"),
    (["run", DIABETES, "--set", csv(target="'z'")], '"z"'),
    (["run", DIABETES, "--set", csv(path="'headers.csv'")], "no rows"),
    (["run", DIABETES, "--set", csv(task="'binry'")], 'task = "binry" is not known'),
    (["run", DIABETES, "--set", csv(drop="'empty'")], 'write drop = ["empty"]'),
    (["run", DIABETES, "--set", "objective.direction=minimize"], 'write direction = "maximize"'),
    (["run", DIABETES, *HERE, "--set", "space.training.loss=categorical_crossentropy"], 'use "binary_crossentropy", or "auto"'),
    (["run", DIABETES, *HERE, "--set", "model=own:build", "--set", "space.model={}"], "own:build returned NoneType, expected keras.Model"),
    (["run", DIABETES, "--sampler", "grid"], "learning_rate"),
    (["show", "nothing"], 'There is no study "nothing"'),
    (["best", "../diabetes"], 'There is no study "../diabetes"'),
    (["predict", "nothing", "--input", "table.csv", "--output", "predictions.csv"], "nothing"),
    (["predict", "nothing", "--input", "absent.csv", "--output", "predictions.csv"], "absent.csv"),
]


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(
    ("words", "message"), MESSAGES, ids=lambda value: " ".join(map(str, value)).replace(str(DIABETES), "D") if isinstance(value, list) else ""
)
def test_invalid_input_is_reported_in_one_line_before_anything_runs(shell, words, message):
    (shell.folder / "broken.toml").write_text('model = "a:b"\ndata = {\n')
    (shell.folder / "table.csv").write_text(TABLE)
    (shell.folder / "headers.csv").write_text("x,y\n")
    (shell.folder / "own.py").write_text("def build():\n    return None\n")
    refused = shell.call(*words, status=2)
    assert message in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "fault of perceptune" not in refused.stderr
    assert not list(shell.folder.glob("mlruns/studies/*/journal.log"))
    assert not (shell.folder / "mlruns" / "mlflow.db").exists()


@pytest.mark.usefixtures("forks")
def test_texts_with_brackets_are_printed_unchanged(shell):
    (shell.folder / "own.py").write_text(FAILING)
    (shell.folder / "own.toml").write_text(OF_FAILING)
    shell.call("run", "own.toml", status=1)
    assert "shape [/job:localhost] [bold]" in shell.call("show", "own").stdout
    assert "shape [/job:localhost] [bold]" in shell.call("trials", "own").stdout
    for file, message in (("nowhere/trials.csv", "does not exist"), (".", "is a folder"), ("/dev/full", "cannot be written: No space left")):
        assert message in shell.call("trials", "own", "--csv", file, status=2).stderr


def test_help_needs_no_heavy_imports(shell):
    printed = shell.python("""if True:
        import sys
        from search.cli.app import run_app
        status = run_app(["--help"])
        print(status, sorted({"keras", "tensorflow", "mlflow", "optuna", "pandas", "sklearn"} & sys.modules.keys()))
    """)
    assert printed.splitlines()[-1] == "0 []"
