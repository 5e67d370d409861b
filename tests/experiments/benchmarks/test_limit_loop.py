import dataclasses

import numpy as np
import pytest

from experiments.benchmarks.data import build_compiled, load
from experiments.benchmarks.runners.limit_loop import build_program, initial_weights
from experiments.benchmarks.tasks import TASKS, draw


@pytest.mark.parametrize("number", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_bare_loop_computes_what_fit_computes(number):
    task = dataclasses.replace(TASKS["diabetes"], epochs=2)
    data, trial = load(task), draw(task)[number]
    rng = np.random.default_rng(0)
    weights = initial_weights(task, data, trial, rng)
    orders = np.stack([rng.permutation(len(data.x)) for _ in range(2)]).astype(np.int32)
    loss = float(build_program(task, data, trial)(weights, data.x, data.y, orders, np.float32(trial["learning_rate"])))

    model = build_compiled(task, data, trial)
    model.set_weights([weight.numpy() for weight in weights])
    size = trial["batch_size"]
    *batches, last = [order[start : start + size] for order in orders for start in range(0, len(order), size)]
    for rows in batches:
        model.train_on_batch(data.x[rows], data.y[rows])
    expected = model.evaluate(data.x[last], data.y[last], batch_size=size, verbose=0)[0]
    assert loss == pytest.approx(expected, rel=1e-4)
