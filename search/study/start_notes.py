"""What the user should know before the first trial: about the data, the columns, the search's options, the code."""

from collections.abc import Iterator, Mapping

from ..data.dataset import Dataset
from ..data.fitting import choose_columns, find_problems
from ..data.targets import Target
from ..experiment.file import Experiment
from ..ledger import StudyView
from ..pruners import pruner_notes
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
        columns = choose_columns(dataset, experiment.preprocessing)
        yield from (str(finding) for finding in find_problems(dataset, columns) if finding.is_important)
    yield from experiment.space.notes
    yield from pruner_notes(experiment.search, experiment.space.max_epochs)
    yield from code_notes(experiment)
    yield from data_checks.notes(experiment, dataset, targets)
    yield from optimism_note(experiment.objective.metric, len(dataset.validation.target), n_trials)
