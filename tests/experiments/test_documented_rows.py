"""A search over each documented architecture, shrunk, with a sampler of Optuna and one of Keras Tuner; its champion predicts."""

import json
from pathlib import Path

import pytest

from experiments.datasets.folder import data_folder

ROOT = Path(__file__).parents[2]
DIGITS = "mnist/train-images-idx3-ubyte.gz"
CLOTHES = "keras/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
HOUSING = "scikit_learn/cal_housing_py3.pkz"
FEW_IMAGES = ("data.n_train=300", "data.n_validation=100")
ROWS = [
    (3, "xor_network", "", ()),
    (4, "moons", "", ()),
    (5, "time_scores", "", ()),
    (5, "exam_scores", "", ()),
    (6, "least_squares", "", ()),
    (7, "pima", "tables/pima.csv", ()),
    (8, "hours_grades", "", ()),
    (8, "zoo", "tables/zoo.csv", ()),
    (9, "dense_sequential", "", ()),
    (9, "dense_functional", "", ()),
    (10, "diabetes_classifier", "", ()),
    (12, "fashion_mnist", CLOTHES, FEW_IMAGES),
    (13, "mnist", DIGITS, FEW_IMAGES),
    (18, "lenet", CLOTHES, FEW_IMAGES),
    (19, "recurrent_mnist", DIGITS, FEW_IMAGES),
    (19, "waves", "", ("data.n_series=100",)),
    (20, "residual", HOUSING, ()),
    (20, "branches", "", ()),
    (21, "housing_mlp", HOUSING, ()),
]
RATE = 'space.training.learning_rate={ type = "float", low = 1e-3, high = 1e-2, log = true }'
PROGRAM = """
import json
from search import load_champion, load_experiment, run_study
from search.dataset import load_dataset
for n_trials, sampler in ((1, "random"), (2, "kt-random")):
    overrides = {overrides!r} + [f"search.n_trials={{n_trials}}", f"search.sampler={{sampler}}"]
    experiment = load_experiment({file!r}, overrides)
    summary = run_study(experiment)
rows = load_dataset(experiment.data).test.features[:5]
answers = load_champion(experiment.name).predict(rows)
print(json.dumps([summary.n_by_state["COMPLETE"], len(answers), list(answers)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("row", "name", "needed", "overrides"), ROWS, ids=[f"row_{row}_{name}" for row, name, _, _ in ROWS])
def test_both_families_of_samplers_search_it_and_its_champion_predicts(shell, row, name, needed, overrides):
    if needed and not (data_folder() / needed).is_file():
        pytest.skip(f"{needed} is not in {data_folder()}; PERCEPTUNE_DATA names the folder")
    words = [*overrides, RATE, "space.training.epochs=2", "executor.n_workers=1"]
    printed = shell.python(PROGRAM.format(overrides=words, file=str(ROOT / "experiments" / f"{name}.toml")))
    n_complete, n_answers, columns = json.loads(printed.splitlines()[-1])
    assert n_complete == 2
    assert 1 <= n_answers <= 5
    assert columns[0] == "prediction"
