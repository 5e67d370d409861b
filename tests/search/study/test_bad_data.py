"""Data that would waste a search are refused before its first trial."""

import pytest

RINGS = """
import numpy as np
import pandas as pd

def rings(seed=None, part=""):
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(rng.normal(size=(60, 2)), columns=["x", "y"])
    target = pd.Series((features.x > 0).astype(int), name="ring")
    rows = {"train": slice(0, 40), "validation": slice(40, 50), "test": slice(50, 60)}
    parts = {name: (features[chosen].reset_index(drop=True), target[chosen]) for name, chosen in rows.items()}
    if part:
        wrong = parts[part][0].astype(object)
        wrong.loc[3, "y"] = "seven"
        parts[part] = (wrong, parts[part][1])
    return {"task": "binary"} | parts
"""
EXPERIMENT = """
model = "models.mlp:build_mlp"
data = {{ loader = "rings:rings", {arguments} }}
space.model.n_neurons = {{ type = "int", low = 4, high = 32 }}
space.training.epochs = 1
objective = {{ metric = "val_accuracy", direction = "maximize" }}
executor.name = "in-process"
search.n_trials = 1
"""


@pytest.fixture
def refused(shell):
    """A function that runs an experiment on the rings, which must be refused, and returns the message."""

    def run(arguments):
        (shell.folder / "rings.py").write_text(RINGS)
        (shell.folder / "rings.toml").write_text(EXPERIMENT.format(arguments=arguments))
        message = shell.call("run", "rings.toml", status=2).stderr.splitlines()[-1]
        assert not list((shell.folder / "mlruns").glob("studies/rings/*"))
        return message

    return run


@pytest.mark.slow
def test_a_loader_without_a_seed_is_refused_before_the_first_trial(refused):
    message = refused('part = ""')
    assert 'loader = "rings:rings" returns other data each time' in message
    assert "give its random numbers a seed" in message


@pytest.mark.parametrize("part", ["validation", "test"])
def test_text_among_the_numbers_of_a_part_is_found_before_the_first_trial(refused, part):
    message = refused(f'seed = 0, part = "{part}"')
    assert f'data set "rings", {part} part: the column "y" holds \'seven\' in row 4; expected finite numbers, as in the train part' in message
