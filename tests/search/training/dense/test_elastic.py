"""An elastic program sums the gradients of a batch over its parts, and trains as Keras' own `fit` does."""

import pytest

from search.training.compiled.device_data import Tensors
from search.training.dense.elastic import build_elastic
from search.training.dense.planner import Plan
from search.training.dense.stack import Size, read_stack
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.dense.test_planner import BINARY, TRIALS
from tests.search.training.population_comparison import Comparison


@pytest.mark.slow
@pytest.mark.parametrize("is_xla", [False, True])
def test_the_gradients_of_a_batch_are_summed_over_its_parts(fit, is_xla):
    """Parts of 12 rows divide batches of 16, 32 and 70 rows, and the last ones of 6, unevenly."""
    comparison = Comparison(make_experiment("models.mlp:build_mlp", metrics=BINARY), make_arrays("binary", 70), fit)
    settings = {"optimizer": "sgd", "momentum": 0.9, "clipnorm": 0.5, "weight_decay": 0.01}
    trials = [comparison.trial(number, arguments, batch_size=rows, **settings) for number, (arguments, rows) in enumerate(TRIALS)]
    plan = Plan(Size((0, 3), 24, ("elu", "relu", "sigmoid", "tanh")), 12, is_xla, ())
    program = build_elastic(plan, read_stack(comparison.build(trials[0])), comparison.context, trials[0].training, Tensors())
    for trial in trials:
        model = comparison.build(trial)
        program.select(read_stack(model))
        program.load(model, trial.training)
        epochs = program.run_epochs(trial, 1, [trial.training.learning_rate] * comparison.epochs)
        curve = [epoch.training | {f"val_{name}": value for name, value in epoch.validation.items()} for epoch in epochs]
        comparison.assert_as_fit(trial, curve, program.get_weights())
