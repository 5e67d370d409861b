"""Continues a study without its experiment file."""

from collections.abc import Sequence

from .. import ledger as ledgers
from ..experiment.file import Experiment, parse_experiment
from ..store import Store


def stored_experiment(store: Store, name: str, overrides: Sequence[str] = ()) -> Experiment:
    """Return the experiment that a study was started with, with the number of trials and ``[search.stop]`` of its last run.

    Args:
        store: The local store.
        name: The study's name.
        overrides: Changes as for `search.experiment.file.load_experiment`. Defaults to none.

    Raises:
        StudyNotFoundError: If the study does not exist.
        ExperimentError: If a change is not valid.
    """
    view = ledgers.read(store, name)
    try:
        content = dict(view.attribute("experiment"))
        last = {key: found for key in ("n_trials", "stop") if (found := view.attribute(key)) is not None}
    finally:
        view.close()
    content["search"] = content.get("search", {}) | last
    return parse_experiment(content, f'study "{name}"', overrides)
