import optuna
import pytest

from search.errors import ExperimentError
from search.experiment.sections import SearchSection
from search.pruners import make_pruner, pruner_notes


def make(pruner, n_epochs=100, **options):
    return make_pruner(pruner, options, n_epochs)


def test_an_unknown_pruner_is_refused_with_the_nearest_name():
    with pytest.raises(ExperimentError, match=r'no pruner "medium"; did you mean "median"\? Valid: asha, auto, halving'):
        make("medium")


@pytest.mark.parametrize("pruner", ["none", "median", "percentile", "halving", "asha", "hyperband", "patient", "optuna.pruners:ThresholdPruner"])
def test_an_unknown_option_is_refused_by_name(pruner):
    with pytest.raises(ExperimentError, match=r'\[search.pruner_options\]: .*has no argument "n_startup"'):
        make(pruner, n_startup=3)


def test_an_option_out_of_range_is_refused():
    with pytest.raises(ExperimentError, match=r"percentile = 101\.0: expected at most 100"):
        make("percentile", percentile=101.0)


def test_an_option_of_the_wrong_type_is_refused():
    with pytest.raises(ExperimentError, match='n_startup_trials = "ten": expected a whole number'):
        make("median", n_startup_trials="ten")


def test_the_options_of_a_wrapped_pruner_are_checked_too():
    with pytest.raises(ExperimentError, match=r'\[search.pruner_options.wrapped_options\]: .*has no argument "percentil"; did you mean "percentile"'):
        make("patient", wrapped="percentile", wrapped_options={"percentil": 10.0})


def test_a_pruner_by_reference_is_made_with_its_options():
    assert isinstance(make("optuna.pruners:ThresholdPruner", upper=2.0), optuna.pruners.ThresholdPruner)


def test_a_pruner_by_reference_that_needs_more_options_says_so():
    with pytest.raises(ExperimentError, match='needs the argument "patience"'):
        make("optuna.pruners:PatientPruner", wrapped_pruner=None)


def test_a_constructor_that_refuses_its_options_is_the_users_mistake():
    with pytest.raises(ExperimentError, match=r"refused .*Either lower or upper"):
        make("optuna.pruners:ThresholdPruner")


def test_a_reference_to_something_else_is_refused():
    with pytest.raises(ExperimentError, match="expected a class derived from optuna's BasePruner"):
        make("optuna.samplers:RandomSampler")


def test_options_by_which_nothing_is_pruned_are_noted():
    def notes(**options):
        return pruner_notes(SearchSection(pruner="median", pruner_options=options), 20)

    assert notes(n_warmup_epochs=19, min_epochs=20) == []
    assert notes(n_warmup_epochs=20) == [
        "search.pruner_options.n_warmup_epochs = 20: trials have at most 20 epochs, so that nothing is pruned; write at most 19"
    ]
