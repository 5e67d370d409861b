"""A script whose functions are its own is killed and run again: the study continues."""

import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np
from sklearn.tree import DecisionTreeClassifier
from perceptune import Study

DEPTHS = {"type": "int", "low": 1, "high": 99}

def build(max_depth, seed=3):
    return DecisionTreeClassifier(max_depth=max_depth, random_state=seed)

rng = np.random.default_rng(0)
x = rng.normal(size=(300, 5))
data = (x, (x[:, 0] * x[:, 1] > 0).astype(int))
study = Study(build, data, space={"max_depth": DEPTHS}, objective="val_accuracy", name="trees", search={"sampler": "random", "seed": 1})
study.run(12)
print(study.champion.predict(x[:3]).shape, len(study.trials), study.best.number)
"""

pytestmark = pytest.mark.slow


def test_it_continues_after_a_kill(shell):
    (shell.folder / "train.py").write_text(SCRIPT)
    command = [sys.executable, "train.py"]
    with subprocess.Popen(command, cwd=shell.folder, env=shell.environment, stdout=subprocess.PIPE, text=True) as process:
        next(line for line in process.stdout if "COMPLETE" in line)
        process.kill()
    output = subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=True).stdout
    assert "Study trees: 0 of 12" not in output
    assert "(3, 3) 12 " in output
    trials = shell.trials("trees")
    assert [trial["trial"] for trial in trials] == [str(number) for number in range(12)]
    assert {trial["state"] for trial in trials} == {"COMPLETE"}
