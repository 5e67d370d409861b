"""Makes the callbacks that an experiment names, and says whether they need batches or only epochs.

Trainers call them in Keras' order; what they print goes where the process prints.
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

FOLDER = "callbacks"
_PATHS = frozenset({"filepath", "path", "filename", "file", "dir", "logdir", "folder", "directory"})
_BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end", "on_test_begin", "on_test_end"),
)


def make_callbacks(experiment: Experiment, study_folder: Path, trial: int) -> list[Any]:
    """Make the callbacks of one trial, and the folder that their relative paths lie in.

    Args:
        experiment: The experiment, with its ``[[callbacks]]``.
        study_folder: The study's folder.
        trial: The trial's number.

    Returns:
        New `keras.callbacks.Callback` objects, in the order of the file.

    Raises:
        UnknownReferenceError: If a reference does not import.
        ExperimentError: If it is no callback, or does not take these arguments.
        MissingExtraError: If it is TensorBoard, which is not installed.
    """
    places = _Places(study_folder, trial)
    return [_make(section, number, places) for number, section in enumerate(experiment.callbacks)]


def check_callbacks(experiment: Experiment, logged: Iterable[str]) -> list[Any]:
    """Check the callbacks before the first trial, by making them once for a folder that is removed.

    Args:
        experiment: The experiment.
        logged: Names of the metrics that the callbacks will be told, without "val_".

    Returns:
        The callbacks, for asking what they need.

    Raises:
        InputError: As `make_callbacks`; or if one watches a metric that there is not, or changes the learning rate that
            a schedule changes too.
    """
    with tempfile.TemporaryDirectory() as folder:
        callbacks = make_callbacks(experiment, Path(folder), 0)
    names = [prefix + name for name in logged for prefix in ("", "val_")]
    for number, callback in enumerate(callbacks):
        where, watched = f"callbacks[{number}]", getattr(callback, "monitor", None)
        adds_metrics = any(not _is_keras_own(earlier) for earlier in callbacks[:number])
        if isinstance(watched, str) and watched not in (*names, "learning_rate") and not adds_metrics:
            raise ExperimentError(f'{where}.monitor = "{watched}": there is no such metric; {nearest(watched, names)}')
        _check_learning_rate(experiment, callback, where)
    return callbacks


def needs_batches(callback: Any) -> bool:
    """Say whether a callback must be called at every batch, so that only Keras' `fit` will do.

    Args:
        callback: A `keras.callbacks.Callback`.

    Returns:
        Whether it overrides one of the hooks around batches and validation. Three of Keras' own override some that do nothing
        as they are usually set: ModelCheckpoint and BackupAndRestore with save_freq="epoch", and TensorBoard with
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
            'write schedule = "constant" or leave the callback out'
        )


class _Places:
    """Where one trial's callbacks write."""

    def __init__(self, study_folder: Path, trial: int) -> None:
        self._study_folder, self._trial = study_folder.absolute(), trial

    def fill(self, text: str) -> str:
        # Not str.format: Keras' own "{epoch:02d}" and "{val_loss:.2f}" are filled in later.
        return text.replace("{trial}", str(self._trial)).replace("{study_folder}", str(self._study_folder))

    def place(self, name: str, given: str, where: str) -> str:
        """Return a path of this trial alone, with its folder made."""
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


def _make(section: CallbackSection, number: int, places: _Places) -> Any:
    where, callback = f"callbacks[{number}]", resolve(section.use)
    if not (isinstance(callback, type) and issubclass(callback, keras.callbacks.Callback)):
        raise ExperimentError(f'{where}.use = "{section.use}" is not a keras.callbacks.Callback; name a class of that kind')
    if issubclass(callback, keras.callbacks.TensorBoard):
        _check_tensorboard(where)
    check_arguments(callback, section.arguments, {}, where)
    arguments = _arguments(callback, section.arguments, places, where)
    try:
        return callback(**arguments)
    except Exception as error:  # whatever a constructor raises for a value
        raise ExperimentError(f"{where}: {section.use} cannot be made: {type(error).__name__}: {' '.join(str(error).split())}") from error


def _arguments(callback: Any, written: Mapping[str, Any], places: _Places, where: str) -> dict[str, Any]:
    """Return what to call a callback with; a path that it would choose itself is placed too."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(callback).parameters.items()}
    chosen = {name: default for name, default in defaults.items() if _is_path(name) and isinstance(default, str)}
    return {name: _argument(name, value, places, where) for name, value in (chosen | dict(written)).items()}


def _argument(name: str, value: Any, places: _Places, where: str) -> Any:
    if isinstance(value, str):
        return places.place(name, value, where) if _is_path(name) else places.fill(value)
    return resolve(value["use"]) if isinstance(value, Mapping) and value.keys() == {"use"} else value


def _is_path(name: str) -> bool:
    return name.rpartition("_")[2] in _PATHS


def _check_tensorboard(where: str) -> None:
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingExtraError(f'{where}: TensorBoard is not installed; install it: .venv/bin/pip install -e ".[tensorboard]"')
