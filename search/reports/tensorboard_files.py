"""Writes the trials of a study as event files of TensorBoard: their curves, and hyperparameters beside their value.

A trial has the runs ``trial-7/train`` and ``trial-7/validation`` with the tags of Keras' own callback, such as ``epoch_loss``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError

if TYPE_CHECKING:
    from ..trial import TrialResult

_VALUE = "value"


def write_event_files(folder: Path, metric: str, trials: Sequence[tuple[Mapping[str, Any], "TrialResult"]]) -> None:
    """Write the event files; TensorBoard is imported, which takes seconds.

    Args:
        folder: The folder, for ``tensorboard --logdir``.
        metric: The objective's metric.
        trials: Searched hyperparameters and result of each finished trial.

    Raises:
        MissingExtraError: If TensorBoard is not installed.
    """
    try:
        from tensorboard.plugins.hparams import api
    except ImportError as error:
        raise MissingExtraError('TensorBoard is not installed; install it: .venv/bin/pip install -e ".[tensorboard]"') from error
    names = list(dict.fromkeys(name for params, _ in trials for name in params))
    shown = api.hparams_config_pb([api.HParam(name) for name in names], [api.Metric(_VALUE, display_name=metric)])
    _write(folder, [(0.0, 0, shown)])
    for params, result in trials:
        run = folder / f"trial-{result.number}"
        final = [] if result.value is None else [(result.finished, result.best_epoch, _scalar(_VALUE, result.value))]
        _write(run, [(result.finished, 0, api.hparams_pb(dict(params), trial_id=run.name)), *final])
        for part, prefix in (("train", ""), ("validation", "val_")):
            _write(run / part, list(_curves(result, prefix)))


def _curves(result: "TrialResult", prefix: str) -> "list[tuple[float, int, Any]]":
    """Return the metrics of one part, whose epochs are evenly spaced in time; steps are from 0, as in Keras' callback."""
    found, began = [], result.finished - result.seconds
    for step, metrics in enumerate(result.history):
        ended = began + result.seconds * (step + 1) / len(result.history)
        own = {name.removeprefix("val_"): value for name, value in metrics.items() if name.startswith("val_") == bool(prefix)}
        found += [(ended, step, _scalar(f"epoch_{name}", value)) for name, value in own.items()]
    return found


def _scalar(tag: str, value: float) -> Any:
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb

    return scalar_pb(tag, value)


def _write(folder: Path, summaries: "Sequence[tuple[float, int, Any]]") -> None:
    """Write summaries, each with its time, in seconds since 1970, and its step."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    if not summaries:
        return
    writer = EventFileWriter(str(folder))
    for time, step, summary in summaries:
        writer.add_event(Event(wall_time=time, step=step, summary=summary))
    writer.close()
