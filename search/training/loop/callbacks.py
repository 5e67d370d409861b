"""Creates the callbacks that an experiment names, and decides whether they need every batch or only every epoch.

Trainers call the callbacks in Keras' order; what a callback prints goes to the output of its process.
"""

import importlib.util
import inspect
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras

from ...errors import ExperimentError, MissingExtraError, nearest
from ...experiment.file import Experiment
from ...experiment.references import check_arguments, resolve
from ...experiment.sections import CallbackSection
from ...redaction import one_line

FOLDER = "callbacks"
_PATHS = frozenset({"filepath", "path", "filename", "file", "dir", "logdir", "folder", "directory"})
_BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end", "on_test_begin", "on_test_end"),
)


def make_callbacks(experiment: Experiment, study_folder: Path, trial: int) -> list[Any]:
    """Create the callbacks of one trial, and the folder that holds their relative paths.

    Args:
        experiment: The experiment, with its ``[[callbacks]]``.
        study_folder: The study's folder.
        trial: The trial's number.

    Returns:
        New `keras.callbacks.Callback` objects, in the order of the experiment file.

    Raises:
        UnknownReferenceError: If a reference does not import.
        ExperimentError: If a reference is not a callback class, or does not accept its arguments.
        MissingExtraError: If a callback is TensorBoard and TensorBoard is not installed.
    """
    paths = _Paths(study_folder, trial)
    return [_make(section, number, paths) for number, section in enumerate(experiment.callbacks)]


def check_callbacks(experiment: Experiment, logged: Iterable[str]) -> list[Any]:
    """Check the callbacks before the first trial by creating them once in a temporary folder.

    Args:
        experiment: The experiment.
        logged: Names of the metrics that callbacks receive, without "val_".

    Returns:
        The callbacks.

    Raises:
        InputError: As `make_callbacks`; or if a callback monitors a metric that does not exist, or changes the learning rate
            although a schedule does so too.
    """
    with tempfile.TemporaryDirectory() as folder:
        callbacks = make_callbacks(experiment, Path(folder), 0)
    names = [prefix + name for name in logged for prefix in ("", "val_")]
    for number, callback in enumerate(callbacks):
        where, watched = f"callbacks[{number}]", getattr(callback, "monitor", None)
        adds_metrics = any(not _is_keras_own(earlier) for earlier in callbacks[:number])
        if isinstance(watched, str) and watched not in (*names, "learning_rate") and not adds_metrics:
            raise ExperimentError(f'{where}.monitor = "{watched}": no such metric; {nearest(watched, names)}')
        _check_learning_rate(experiment, callback, where)
    return callbacks


def needs_batches(callback: Any) -> bool:
    """Return whether a callback must be called at every batch, which only Keras' `fit` does.

    Args:
        callback: A `keras.callbacks.Callback`.

    Returns:
        Whether the callback overrides a hook around batches or validation. Three of Keras' own callbacks override such hooks
        without using them by default: ModelCheckpoint and BackupAndRestore with save_freq="epoch", and TensorBoard with
        update_freq="epoch" and without profile_batch and write_steps_per_second.
    """
    match callback:
        case keras.callbacks.ModelCheckpoint() | keras.callbacks.BackupAndRestore() if _is_keras_own(callback):
            return bool(callback.save_freq != "epoch")
        case keras.callbacks.TensorBoard() if _is_keras_own(callback):
            return bool(callback.update_freq != "epoch" or callback.write_steps_per_second or callback._should_trace)
    return any(_overrides(callback, hook) for hook in _BATCH_HOOKS)


def _overrides(callback: Any, hook: str) -> bool:
    return hook in vars(callback) or getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)


def _is_keras_own(callback: Any) -> bool:
    return type(callback).__module__.partition(".")[0] == "keras"


def _check_learning_rate(experiment: Experiment, callback: Any, where: str) -> None:
    if experiment.space.training.model_dump()["schedule"] == "constant":
        return
    if isinstance(callback, keras.callbacks.LearningRateScheduler | keras.callbacks.ReduceLROnPlateau):
        raise ExperimentError(
            f"{where}: {type(callback).__name__} and space.training.schedule would both change the learning rate; "
            'write schedule = "constant" or remove the callback'
        )


class _Paths:
    """The paths that one trial's callbacks write to."""

    def __init__(self, study_folder: Path, trial: int) -> None:
        self._study_folder, self._trial = study_folder.absolute(), trial

    def fill(self, text: str) -> str:
        # Not str.format: Keras' own "{epoch:02d}" and "{val_loss:.2f}" are filled in later.
        return text.replace("{trial}", str(self._trial)).replace("{study_folder}", str(self._study_folder))

    def resolve(self, name: str, given: str, where: str) -> str:
        """Return a path that only this trial uses, and create its folder."""
        path = Path(self.fill(given))
        if "{trial}" not in given:
            if path.is_absolute():
                raise ExperimentError(f'{where}.{name} = "{given}": all trials would write there; put {{trial}}, the trial\'s number, into it')
            path = self._study_folder / FOLDER / str(self._trial) / path
        elif not path.is_absolute():
            path = self._study_folder / FOLDER / path
        if "{" not in str(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        return str(path)


def _make(section: CallbackSection, number: int, paths: _Paths) -> Any:
    where, callback = f"callbacks[{number}]", resolve(section.use)
    if not (isinstance(callback, type) and issubclass(callback, keras.callbacks.Callback)):
        raise ExperimentError(f'{where}.use = "{section.use}" is not a keras.callbacks.Callback; name a subclass of keras.callbacks.Callback')
    if issubclass(callback, keras.callbacks.TensorBoard):
        _check_tensorboard(where)
    check_arguments(callback, section.arguments, {}, where)
    arguments = _arguments(callback, section.arguments, paths, where)
    try:
        return callback(**arguments)
    except Exception as error:  # whatever a constructor raises for a value
        raise ExperimentError(f"{where}: {section.use} cannot be created: {type(error).__name__}: {one_line(str(error))}") from error


def _arguments(callback: Any, written: Mapping[str, Any], paths: _Paths, where: str) -> dict[str, Any]:
    """Return the arguments of a callback; a default that is a path becomes a path of this trial too."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(callback).parameters.items()}
    chosen = {name: default for name, default in defaults.items() if _is_path(name) and isinstance(default, str)}
    return {name: _argument(name, value, paths, where) for name, value in (chosen | dict(written)).items()}


def _argument(name: str, value: Any, paths: _Paths, where: str) -> Any:
    if isinstance(value, str):
        return paths.resolve(name, value, where) if _is_path(name) else paths.fill(value)
    return resolve(value["use"]) if isinstance(value, Mapping) and value.keys() == {"use"} else value


def _is_path(name: str) -> bool:
    return name.rpartition("_")[2] in _PATHS


def _check_tensorboard(where: str) -> None:
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingExtraError(f'{where}: TensorBoard is not installed; install it: .venv/bin/pip install -e ".[tensorboard]"')
