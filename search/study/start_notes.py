"""What the user should know before the first trial: about the data, the columns, the search's options, the code."""

from collections.abc import Iterator, Mapping

from ..data.dataset import Dataset
from ..data.fitting import choose_columns, find_problems, scaling_of
from ..data.folds import joined, kind_of, shared_groups, without_group
from ..data.targets import Target
from ..experiment.file import Experiment
from ..ledger import StudyView
from ..pruners import pruner_notes
from ..samplers import interval_notes, sampler_notes
from . import data_checks
from .code_changes import code_notes
from .optimism import optimism_note


def start_notes(ledger: StudyView, *, experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target], n_trials: int) -> Iterator[str]:
    """Yield one sentence each.

    Args:
        ledger: The study.
        experiment: The experiment.
        dataset: The data set.
        targets: The target of each output.
        n_trials: Number of trials to finish in total.
    """
    yield from dataset.notes
    if not ledger.records():  # a continued study keeps the columns of its first trials
        columns = choose_columns(dataset, without_group(experiment.preprocessing, experiment.evaluation))
        yield from (str(finding) for finding in find_problems(dataset, columns) if finding.is_important)
        yield from _scaling_note(dataset, experiment)
    yield from search_notes(ledger, experiment)
    yield from code_notes(experiment)
    yield from data_checks.notes(experiment, dataset, targets)
    yield from _evaluation_notes(experiment, dataset, n_trials)


def search_notes(ledger: StudyView, experiment: Experiment) -> Iterator[str]:
    """Yield what the user should know about the space, the sampler and the pruner, one sentence each."""
    yield from experiment.space.notes
    yield from sampler_notes(experiment.search, experiment.space.searched, has_limits=bool(experiment.limits))
    yield from interval_notes(ledger.study.sampler, experiment.search.n_trials)
    yield from pruner_notes(experiment.search, experiment.max_epochs) if experiment.function is None else ()
    yield from _pruner_note(ledger, experiment)


def _scaling_note(dataset: Dataset, experiment: Experiment) -> Iterator[str]:
    """Yield that bytes are scaled, if nobody has asked for it: a model that scales them itself must not get them scaled."""
    if experiment.preprocessing.arrays == "auto" and scaling_of(dataset, experiment.preprocessing) == "pixels":
        yield 'values of 0 to 255 are scaled to 0 to 1 before the model; if it scales them itself, set arrays = "none" in [preprocessing]'


def _pruner_note(ledger: StudyView, experiment: Experiment) -> Iterator[str]:
    """Yield that the trials before were stopped by another pruner, if they were."""
    before = ledger.attribute("pruner") or ledger.experiment.pruner
    if ledger.records() and before != experiment.pruner:
        yield f'the trials so far had pruner {before}, the next ones have {experiment.pruner}; to keep it, write pruner = "{before}"'


def _evaluation_notes(experiment: Experiment, dataset: Dataset, n_trials: int) -> Iterator[str]:
    """Yield how a trial's value is measured, and what that means for the search."""
    section = experiment.evaluation
    if section.folds == 1:
        yield from optimism_note(experiment.objective.metric, len(dataset.validation.target), n_trials)
        return
    n_rows = len(joined(dataset).target)
    yield f"a trial's value is a mean over {section.folds} {kind_of(dataset, section)} folds of {n_rows:,} rows, the training and the validation part"
    if n_shared := shared_groups(dataset, section):
        yield (
            f"{n_shared} of the groups of the test part have rows in the other parts too, so that the test metrics may be too good; "
            f'a loader that splits by groups avoids it, such as group = "{section.group}" of csv'
        )
