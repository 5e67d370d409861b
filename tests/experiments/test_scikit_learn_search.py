import keras
import pytest
from sklearn.model_selection import ShuffleSplit

from experiments.scikit_learn_search import WIDE, grid_search, randomized_search


@pytest.fixture(autouse=True)
def quiet():
    was_interactive = keras.config.is_interactive_logging_enabled()
    keras.config.disable_interactive_logging()
    yield
    if was_interactive:
        keras.config.enable_interactive_logging()


@pytest.mark.slow
def test_scikit_learns_random_search_runs_over_the_builder():
    search = randomized_search(n_iter=2, cv=ShuffleSplit(1, test_size=0.5, random_state=0), epochs=10)
    chosen = [params["network__model_kwargs"] for params in search.cv_results_["params"]]
    assert len(chosen) == 2
    assert chosen[0] != chosen[1]
    assert all(arguments[name] in WIDE[name] for arguments in chosen for name in WIDE)
    assert search.best_score_ > 0.5  # a third would be chance


@pytest.mark.slow
def test_scikit_learns_grid_search_runs_over_the_builder():
    search = grid_search(cv=2, epochs=20, grid={"n_hidden": [0, 1], "learning_rate": [0.01]})
    assert [params["network__model_kwargs"]["n_hidden"] for params in search.cv_results_["params"]] == [0, 1]
    assert search.best_score_ > 0  # the mean would be 0
