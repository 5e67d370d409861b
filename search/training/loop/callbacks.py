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
from ...experiment.arguments import resolve_arguments
from ...experiment.callback_paths import CallbackPaths, is_path
from ...experiment.file import Experiment
from ...experiment.references import check_arguments, resolve
from ...experiment.sections import CallbackSection
from ...redaction import one_line, shorten
from ...temporary_files import temporary_prefix
from ...user_code import user_code

_BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end", "on_test_begin", "on_test_end"),
)


def make_callbacks(experiment: Experiment, study_folder: Path, trial: int | str) -> list[Any]:
    """Create the callbacks of one trial, and the folder that holds their relative paths.

    Args:
        experiment: The experiment, with its ``[[callbacks]]``.
        study_folder: The study's folder.
        trial: The trial's number; of several executions "<trial>-<execution>".

    Returns:
        New `keras.callbacks.Callback` objects, in the order of the experiment file.

    Raises:
        UnknownReferenceError: If a reference does not import.
        ExperimentError: If a reference is not a callback class, does not accept its arguments, or would write into another folder.
        MissingExtraError: If a callback is TensorBoard and TensorBoard is not installed.
    """
    paths = CallbackPaths(study_folder.absolute(), trial, experiment.executor.callback_folders)
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
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
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


def _make(section: CallbackSection, number: int, paths: CallbackPaths) -> Any:
    where, callback = f"callbacks[{number}]", resolve(section.use)
    if not (isinstance(callback, type) and issubclass(callback, keras.callbacks.Callback)):
        raise ExperimentError(f'{where}.use = "{section.use}" is not a keras.callbacks.Callback; name a subclass of keras.callbacks.Callback')
    if issubclass(callback, keras.callbacks.TensorBoard):
        _check_tensorboard(where)
    check_arguments(callback, section.arguments, {}, where)
    arguments = _arguments(callback, section.arguments, paths, where)
    try:
        with user_code():
            return callback(**arguments)
    except Exception as error:  # whatever a constructor raises for a value
        raise ExperimentError(f"{where}: {section.use} cannot be created: {type(error).__name__}: {shorten(one_line(str(error)), 300)}") from error


def _arguments(callback: Any, written: Mapping[str, Any], paths: CallbackPaths, where: str) -> dict[str, Any]:
    """Return the arguments of a callback; a default that is a path becomes a path of this trial too."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(callback).parameters.items()}
    chosen = {name: str(default) for name, default in defaults.items() if is_path(name) and isinstance(default, str | Path)}
    given = chosen | resolve_arguments(written, where)
    placed = {name: resolve(value["use"]) if _is_object(value) else paths.place(name, value, where) for name, value in given.items()}
    for name, value in placed.items():
        if value != given[name]:
            _create_folders(value)
    return {name: Path(value) if isinstance(defaults.get(name), Path) and isinstance(value, str) else value for name, value in placed.items()}


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"use"}


def _create_folders(value: Any) -> None:
    """Create the folder of each path, unless Keras fills in a part of its name later."""
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            _create_folders(inner)
    elif isinstance(value, str) and Path(value).is_absolute() and "{" not in str(Path(value).parent):
        Path(value).parent.mkdir(parents=True, exist_ok=True)


def _check_tensorboard(where: str) -> None:
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingExtraError(f'{where}: TensorBoard is not installed; install it: .venv/bin/pip install -e ".[tensorboard]"')
