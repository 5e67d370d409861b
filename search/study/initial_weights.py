"""Finds the weights that a study's trials start from, and keeps a copy, so that a study that continues starts from the same."""

import hashlib
from pathlib import Path

import numpy as np

from ..atomic_file import write_bytes
from ..champion.registry import load_champion
from ..data.arrays import Array
from ..errors import ExperimentError, StudyChangedError
from ..experiment.file import Experiment
from ..experiment.initial import REGISTERED
from ..ledger import Ledger, StudyView

_ATTRIBUTE = "initial"


def keep_initial(ledger: Ledger, experiment: Experiment, tracking_uri: str) -> None:
    """Copy the file of start weights into the study's folder; a study that has the copy of a registered model keeps it.

    Args:
        ledger: The study.
        experiment: The experiment.
        tracking_uri: MLflow's tracking URI.

    Raises:
        InputError: If there is no such file or registered model, or it is none of one Keras model.
        StudyChangedError: If the weights are not those that the study began with.
    """
    source, path = experiment.initial.weights, ledger.folder.initial
    if not isinstance(source, str):
        return
    with ledger.lock():
        recorded = ledger.attribute(_ATTRIBUTE)
        if source.startswith(REGISTERED) and path.is_file() and _digest(path.read_bytes()) == recorded:
            return  # another model may be the champion now
        if not source.startswith(REGISTERED) and not Path(source).is_file() and path.is_file() and _digest(path.read_bytes()) == recorded:
            return  # the file is gone, or this is another folder
        content = _source_file(source, experiment, tracking_uri).read_bytes()
        if recorded not in (None, _digest(content)):
            raise StudyChangedError(
                f'The weights that study "{ledger.name}" starts from have changed (initial.weights = "{source}", fingerprint {recorded}, now '
                f"{_digest(content)}); start another study with --fresh, or give this one its own name with --study"
            )
        write_bytes(path, content)
        ledger.set_attribute(_ATTRIBUTE, _digest(content))


def kept_initial(ledger: StudyView, experiment: Experiment) -> Array | None:
    """Return the content of a study's file of start weights, uint8, ``(n_bytes,)``; None if the experiment gives no file."""
    return _content(ledger.folder.initial) if experiment.initial.suffix else None


def find_initial(experiment: Experiment, tracking_uri: str) -> Array | None:
    """Return the same without a study; see `keep_initial`."""
    source = experiment.initial.weights
    return _content(_source_file(source, experiment, tracking_uri)) if isinstance(source, str) else None


def _source_file(source: str, experiment: Experiment, tracking_uri: str) -> Path:
    if not source.startswith(REGISTERED):
        if not Path(source).is_file():
            raise ExperimentError(f'initial.weights = "{source}": there is no such file in {Path.cwd()}; correct the path')
        return Path(source)
    champion = load_champion(source, tracking_uri)
    n_models = len(champion.members)
    if champion.is_estimator or n_models > 1:
        problem = f"averages {n_models} models" if n_models > 1 else "has scikit-learn's interface"
        raise ExperimentError(f'initial.weights = "{source}" {problem}; expected one Keras model; choose another one')
    if experiment.initial.optimizer_state and not champion.metadata.optimizer_state:
        raise ExperimentError(
            f'initial.optimizer_state: "{source}" was saved without the state of its optimizer; search with optimizer_state = true in [champion] of '
            f'the experiment of "{champion.metadata.study}", or leave optimizer_state out, and the optimizer starts anew'
        )
    return champion.model_file


def _content(path: Path) -> Array:
    return np.frombuffer(path.read_bytes(), np.uint8)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
