"""Prepares the data of a study: its targets, preprocessing and arrays. A study that has trials keeps what they were trained with."""

from ..data.dataset import Dataset
from ..data.fitting import fit_preprocessor, prepare
from ..data.preprocessing import Preprocessor
from ..data.targets import Target, choose_targets, read_targets
from ..experiment.file import Experiment
from ..ledger import StudyView


def targets_of_study(ledger: StudyView, dataset: Dataset, experiment: Experiment) -> dict[str, Target]:
    """Return the targets of a study by output name: those of its trials, if it has any, so that the metrics of all trials mean the same.

    Raises:
        ExperimentError: As `search.data.targets.choose_targets`.
    """
    stored = read_targets(ledger.folder.preprocessor) if ledger.records() else {}
    return stored or choose_targets(dataset, experiment.outputs, experiment.preprocessing.target)


def prepare_arrays(ledger: StudyView, dataset: Dataset, experiment: Experiment) -> None:
    """Write a study's preprocessing and arrays; the preprocessing of earlier trials stays, even if this version would fit another one.

    Raises:
        DataError: If the data cannot be used.
        ExperimentError: If an input or an output names a column that the data set does not have.
    """
    folder = ledger.folder.preprocessor
    if ledger.records() and read_targets(folder):
        preprocessor = Preprocessor.load(folder)
    else:
        preprocessor = fit_preprocessor(dataset, experiment.preprocessing, experiment.outputs)
        preprocessor.save(folder)
    prepare(dataset, preprocessor).save(ledger.folder.arrays)
