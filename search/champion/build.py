"""Packages a champion, in a fresh process that `package.py` starts.

The process has never seen the model, so what it computes is what any later process will compute.
"""

import logging
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from ..data.arrays import unnamed
from ..data.dataset import Dataset, load_dataset
from ..data.folds import folds, kind_of
from ..data.predictions import CHAMPION
from ..data.preprocessing import Preprocessor
from ..data.targets import positive_classes
from ..errors import ChampionError, DataError, PerceptuneError
from ..estimators import SUFFIX
from ..experiment.sections import DataSection
from ..redaction import redact_output, shorten
from ..secret_values import remember_arguments
from ..temporary_files import temporary_prefix
from ..training.model.saving import expected_path
from . import bundled_code
from .evaluation import evaluate
from .function_shape import write_shape
from .member import ESTIMATOR, MODEL, PREPROCESSOR
from .metadata import ChampionMetadata
from .model_overview import write_overview
from .package import LOAD, PackageSpec
from .pyfunc import MEMBERS, Champion
from .serving_cost import measure_cost
from .signature import as_declared, signature_of
from .verification import EXPECTED, check_outputs, check_predictions

N_EXAMPLE_ROWS, N_COMPARED_ROWS = 5, 256


def build(spec: PackageSpec, dataset: Dataset | None = None) -> Path:
    """Package a saved model, verify it twice and measure it on the test part.

    Args:
        spec: What to package.
        dataset: The data set of the study. Defaults to what its loader returns now.

    Returns:
        The folder with ``champion.json`` inside the MLflow model.

    Raises:
        DataError: If the data set is not what it was when the study ran.
        ChampionError: If the model does not load or predicts otherwise than when it was trained.
    """
    dataset = dataset or load_dataset(spec.experiment.data)
    if dataset.fingerprint != spec.fingerprint:
        raise DataError(
            f'The data set "{dataset.name}" changed while the study "{spec.study}" ran: its fingerprint is {dataset.fingerprint}, '
            f"expected {spec.fingerprint}; start another study with --fresh"
        )
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as scratch:
        champion, code = _load_verified(_assemble(spec, dataset, Path(scratch) / "data" / "champion"), dataset, spec)
        _save(spec, champion, dataset, code)
        test = evaluate(champion, dataset.test, spec.experiment, spec.settings_of(0))
        test.predictions.save(spec.predictions / CHAMPION)
        write_shape(champion, dataset, spec.predictions)
        packaged = spec.folder / "data" / champion.folder.name
        write_overview(champion, packaged)
        cost = measure_cost(champion, as_declared(dataset.test.features[:N_COMPARED_ROWS], champion.preprocessor))
        replace(champion.metadata, test=test.metrics, test_intervals=test.intervals(), cost=cost).save(packaged)
    return packaged


def _assemble(spec: PackageSpec, dataset: Dataset, folder: Path) -> Champion:
    """Put model, preprocessing and metadata into one folder."""
    folder.mkdir(parents=True)
    if len(spec.model_paths) == 1:
        _add_model(spec.model_paths[0], folder)
    for number, path in enumerate(spec.model_paths if len(spec.model_paths) > 1 else ()):
        (member := folder / MEMBERS / str(number)).mkdir(parents=True)
        _add_model(path, member)
        shutil.copytree(spec.preprocessor_of(number), member / PREPROCESSOR)
    shutil.copytree(spec.preprocessor, folder / PREPROCESSOR, ignore=shutil.ignore_patterns("fold-*"))
    objective, preprocessor = spec.experiment.objective, Preprocessor.load(spec.preprocessor)
    ChampionMetadata(
        study=spec.study,
        trial=spec.trial,
        trials=spec.trials,
        params=spec.params[0],
        metric=objective.metric,
        direction=objective.direction,
        value=spec.value,
        evaluation=_evaluation(spec, preprocessor, dataset),
        compared_by=spec.experiment.compared_by,
        data=dataset.name,
        fingerprint=dataset.fingerprint,
        target=preprocessor.target,
        task=preprocessor.task,
        class_names=preprocessor.class_names,
        positive=unnamed(positive) if (positive := positive_classes(preprocessor.targets)) else None,
        backend=_backend(spec),
        table_format=None if dataset.table_format is None else dataset.table_format.to_dict(),
        row_format=None if dataset.row_format is None else dataset.row_format.to_dict(),
        modules=_own_modules(spec),
        optimizer_state=spec.experiment.champion.optimizer_state,
    ).save(folder)
    return Champion(folder)


def _own_modules(spec: PackageSpec) -> tuple[str, ...]:
    """Return the modules that the models need, each once."""
    return tuple(dict.fromkeys(name for path in spec.model_paths for name in bundled_code.own_modules(path, spec.experiment.model)))


def _add_model(path: Path, folder: Path) -> None:
    shutil.copyfile(path, folder / (ESTIMATOR if path.suffix == SUFFIX else MODEL))
    shutil.copyfile(expected_path(path), folder / EXPECTED)


def _evaluation(spec: PackageSpec, preprocessor: Preprocessor, dataset: Dataset) -> str:
    """Describe how the value was measured; that of a loss depends on more than the data."""
    evaluation = spec.experiment.evaluation
    measured = "validation part"
    if evaluation.n_executions > 1:
        kind = f"{kind_of(dataset, evaluation)} folds" if evaluation.folds > 1 else "part"
        groups = f" by {evaluation.group}" if evaluation.group else ""
        measured = f"mean over {evaluation.folds} {kind}{groups}, {evaluation.repeats} of each"
    if not spec.experiment.objective.metric.endswith("loss"):
        return measured
    settings = spec.settings_of(0)
    facts = [f"loss {settings.loss}"]
    facts += [f"{name}: {section.loss} x {section.weight:g}" for name, section in spec.experiment.outputs.items()]
    facts += [f"label smoothing {settings.label_smoothing:g}"] if settings.label_smoothing else []
    facts += [f"target scaled by {scaling.formula(name or 'output')}" for name, scaling in preprocessor.scalings.items()]
    return ", ".join([measured, *facts])


def _backend(spec: PackageSpec) -> str:
    """Name the Keras backend; none for estimators, which need no Keras."""
    if all(path.suffix == SUFFIX for path in spec.model_paths):
        return ""
    import keras

    return str(keras.backend.backend())


def _load_verified(assembled: Champion, dataset: Dataset, spec: PackageSpec) -> tuple[Champion, list[str]]:
    """Load the model with the first version of its code with which it predicts as when it was trained.

    Returns:
        The champion, and the files and packages of that version, which are in its folder of code.
    """
    errors = []
    for version in spec.code if spec.code and assembled.metadata.modules else (None,):
        champion = Champion(assembled.folder)  # which has not read the model yet
        shutil.rmtree(champion.code_folder, ignore_errors=True)
        try:
            code = _load(champion, spec, version)
            _verify(champion, dataset, spec)
        except ChampionError as error:
            errors.append(error)
        else:
            return champion, code
    raise errors[0]


def _load(champion: Champion, spec: PackageSpec, version: Path | None) -> list[str]:
    """Copy the code that the model needs, load the model with the copy, and return the copied files and packages."""
    try:
        code = bundled_code.copy_code(champion.code_folder, champion.metadata.modules, version)
        _ = [member.model for member in champion.members]
    except Exception as error:  # whatever Keras raises for a file it cannot turn into a model
        raise ChampionError(
            f"Trial {spec.trial}'s model does not load again: {_first_line(error)}; lambda expressions cannot be kept, and a model's own layers need "
            '@keras.saving.register_keras_serializable(package="...") and a get_config()'
        ) from error
    return code


def _verify(champion: Champion, dataset: Dataset, spec: PackageSpec) -> None:
    """Check that each model predicts the first rows that it was validated on as it did when it was trained."""
    evaluation = spec.experiment.evaluation
    validated = [dataset.validation] if spec.experiment.needs_refit else [fold.validation for fold in folds(dataset, evaluation)]
    for number, member in enumerate(champion.members):
        with np.load(member.folder / EXPECTED) as kept:
            expected = {name.removeprefix("outputs").removeprefix("."): kept[name] for name in kept}
        n_rows = len(next(iter(expected.values())))
        rows = member.preprocessor.check(validated[evaluation.fold_of(number)].features[:n_rows])
        what = f"Trial {spec.trial}'s model" if len(champion.members) == 1 else f"The model {spec.model_paths[number].name}"
        check_outputs(member.outputs(rows), unnamed(expected), f"{what}, loaded again", precision=spec.settings_of(number).precision)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {shorten(lines[0], 300) if lines else ''}"


def _save(spec: PackageSpec, champion: Champion, dataset: Dataset, code: list[str]) -> None:
    """Write the MLflow model, load it the way MLflow does and compare its predictions."""
    import mlflow.pyfunc

    preprocessor = champion.preprocessor
    rows = as_declared(dataset.validation.features[:N_COMPARED_ROWS], preprocessor)
    predictions = champion.predict(rows)
    mlflow.pyfunc.save_model(
        spec.folder,
        loader_module=bundled_code.loader(),
        data_path=str(champion.folder),
        code_paths=code,
        signature=signature_of(as_declared(dataset.train.features, preprocessor), predictions),
        input_example=rows[:N_EXAMPLE_ROWS],
        pip_requirements=bundled_code.requirements(champion.metadata.backend, champion.metadata.modules),
        metadata={"perceptune.study": spec.study, "perceptune.trial": spec.trial},
    )
    check_predictions(mlflow.pyfunc.load_model(str(spec.folder)).predict(rows), predictions, f"The packaged model of trial {spec.trial}")


def serve(pipe: Connection) -> None:
    """Reply to requests, to load a data set or to package; whatever packaging needs is imported while waiting for it.

    Args:
        pipe: Gets ``sys.path``, `package.LOAD`, the text of a `DataSection` and the limit in seconds; or ``sys.path``, `package.PACKAGE`, the
            text of a `PackageSpec` and the data set or None. Is sent ``{"fingerprint": text}`` or ``{"champion": folder}``, or
            ``{"error": class, "message": text}``.
    """
    redact_output()
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    while True:
        _import_libraries(pipe)
        sys.path[:], request, text, given = pipe.recv()
        pipe.send(_reply(partial(_load_again if request == LOAD else _package, text, given)))


def _import_libraries(pipe: Connection) -> None:
    """Import what packaging needs, unless a request waits."""
    if not pipe.poll():
        import keras  # noqa: F401
        import mlflow.pyfunc  # noqa: F401
        import skops.io  # noqa: F401


def _load_again(text: str, limit_seconds: float) -> dict[str, str]:
    section = DataSection.model_validate_json(text)
    remember_arguments(section.arguments)  # hidden in what the loader prints
    return {"fingerprint": load_dataset(section, limit_seconds).fingerprint}


def _package(text: str, dataset: Dataset | None) -> dict[str, str]:
    return {"champion": str(build(PackageSpec.from_json(text), dataset))}


def _reply(work: Callable[[], dict[str, str]]) -> dict[str, str]:
    try:
        return work()
    except PerceptuneError as error:
        traceback.print_exc()
        return {"error": type(error).__name__, "message": str(error)}
