"""A search over functions and data of Python code."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

from ..data.dataset import load_dataset
from ..data.target_choice import fit_one_output
from ..errors import ExperimentError, SearchPausedError, StudyChangedError
from ..experiment.file import Experiment, load_experiment, parse_experiment
from ..experiment.session_code import SessionCode
from ..experiment.session_modules import SessionModule, SessionModules
from ..store import Store
from ..study.resuming import stored_experiment
from ..study.run import run_study
from ..study.usual import usual_objective
from .given import function_given, module_name, name_of, to_data, to_model, to_objective, to_sections, to_space, value_notes
from .notebook import shown_progress
from .objects import check_direction, to_metrics, with_metrics, with_settings
from .results import StudyResults
from .search_cv import StudyArguments, from_search_cv

_WHERE = "Study(...)"
_ANY_OBJECTIVE = {"metric": "val_loss", "direction": "minimize"}
"""Stands in where an experiment is read before its objective is known."""
_ARGUMENTS = {"--fresh": "fresh=True", "--extend": "extend=True", "--accept-code": "accept_code=True", "--study": "name"}
"""What stands in Python for each flag that a message names."""


class Study(StudyResults):
    """A search for the best hyperparameters of a model; functions of a script, a notebook or a session are sent to its workers.

    Args:
        model: A function that returns a `keras.Model`, a hypermodel of Keras Tuner, an estimator or pipeline of scikit-learn, a
            reference such as "my_module:build_model", or the short name of a shipped builder, such as "mlp". Or a `GridSearchCV` or
            `RandomizedSearchCV`, which has a space, an objective, folds and a number of trials itself.
        data: A table ``(n_rows, n_columns)``; features ``(n_rows, ...)`` and target ``(n_rows,)`` as a pair, a `tf.data.Dataset`, a
            `keras.utils.PyDataset` or a `datasets.Dataset` of Hugging Face, of which all rows are gathered; a dict of such by the names
            train, validation and test; a loader, its reference or short name; or the path of a table's file, of arrays (.npz) or of a
            folder of images.
        space: Hyperparameters by name: a plain value is fixed, one of Optuna's distributions or a table such as
            ``{"type": "int", "low": 1, "high": 3}`` is searched. Names of training settings, such as ``learning_rate``, are set for
            training, all others are arguments of the builder. Defaults to none.
        objective: The metric, such as "val_accuracy", or several; its direction follows from its name, or is given as
            ``{"metric": ..., "direction": ...}``. Or a function of a trial, as those of Optuna, that returns the number to minimize,
            ``{"function": ..., "direction": "maximize"}`` to maximize it; it needs neither model nor data. Defaults to the usual one of
            the target.
        target: The column of a table to predict, or several. Defaults to None.
        name: The study's name. Defaults to the builder's without "build_".
        split: Further arguments of the loader, such as ``{"test_size": 0.1, "ordered": True}``. Defaults to none.
        store: The local store. Defaults to ``mlruns/`` in the working directory.
        loss: The loss: its name in Keras, a function of (y_true, y_pred), also one of this session, a class or an object of Keras, or
            ``{"use": Class, "argument": 1}``. Defaults to that of ``space``, or the task's.
        metrics: Further metrics, names or such objects; "val_" and the name of one may be the objective. Defaults to none.
        optimizer: The optimizer: its name in Keras, a class or an object. Defaults to that of ``space``, or "adam".
        **sections: Further tables of an experiment file: preprocessing, initial, outputs, limits, evaluation, champion, callbacks, search, executor.

    Raises:
        ExperimentError: If an argument is not valid, or two objects that functions use have one name.
    """

    def __init__(
        self,
        model: Any = None,
        data: Any = None,
        *,
        space: Mapping[str, Any] | None = None,
        objective: Any = None,
        target: str | int | Sequence[str | int] | None = None,
        name: str | None = None,
        split: Mapping[str, Any] | None = None,
        store: Store | None = None,
        loss: Any = None,
        metrics: Any = None,
        optimizer: Any = None,
        **sections: Any,
    ) -> None:
        model, space, objective, sections = from_search_cv(StudyArguments(model, space, objective, sections))
        function = function_given(objective)
        super().__init__(name_of(model if function is None else function) if name is None else name, store)
        code = SessionCode(module_name(self.name))
        space = with_settings(to_space(space or {}, model if function is None else function, code), {"loss": loss, "optimizer": optimizer}, code)
        content: dict[str, Any] = {"name": self.name, "space": space}
        modules: list[SessionModule] = []
        if function is None:
            content["model"] = to_model(model, code)
            content["data"], modules = to_data(data, target, split or {}, code)
        elif given := [key for key, value in {"model": model, "data": data, "target": target, "split": split}.items() if value is not None]:
            raise ExperimentError(f"objective is a function, which loads its data and trains itself; leave {' and '.join(given)} out")
        content |= to_sections(sections, code)
        self._metrics = to_metrics(metrics, code)
        check_direction(objective, self._metrics)
        objective = to_objective(objective, code)
        self._modules = SessionModules([*modules, *([] if code.is_empty else [SessionModule(code.name, code.source, code.values)])])
        self._notes = value_notes(code, has_champion=function is None)
        self._content = content | ({} if objective is None else {"objective": with_metrics(objective, self._metrics)})
        parse_experiment({"objective": _ANY_OBJECTIVE, **deepcopy(self._content)}, _WHERE)

    @classmethod
    def from_experiment(cls, experiment: Experiment | str | Path, *, name: str | None = None, store: Store | None = None) -> Self:
        """Return the study of an experiment file.

        Args:
            experiment: The experiment, its file, or the stem of a file in ``experiments/``.
            name: The study's name. Defaults to the experiment's.
            store: The local store. Defaults to ``mlruns/`` in the working directory.
        """
        experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
        study = cls.__new__(cls)
        StudyResults.__init__(study, experiment.name if name is None else name, store)
        study._modules, study._notes, study._metrics = SessionModules([]), [], []
        study._content = experiment.model_dump(mode="json", exclude_defaults=True) | {"name": experiment.name}
        return study

    @property
    def experiment(self) -> Experiment:
        """The experiment, with the usual objective of the data's target if none was given.

        Raises:
            DataError: If the objective is to be found out and the data cannot be used.
        """
        if "objective" not in self._content:
            self._content["objective"] = with_metrics(self._usual_objective(), self._metrics)
        return parse_experiment(deepcopy(self._content), _WHERE)

    def run(
        self, n_trials: int | None = None, *, fresh: bool = False, extend: bool = False, accept_code: bool = False, show_progress: bool = True
    ) -> Self:
        """Search until the study has a number of trials, and register its best model; a repeated call continues.

        Args:
            n_trials: Number of trials in total. Defaults to that of the experiment, 20 unless it was given.
            fresh: As `search.study.run.run_study`, like the following two. Defaults to False.
            extend: Whether to continue although the space was edited. Defaults to False.
            accept_code: Whether to continue although the code has changed. Defaults to False.
            show_progress: Whether to show trials while they run: in a notebook's cell, on a terminal, or as lines. Defaults to True.

        Returns:
            This study.

        Raises:
            InputError: If the experiment, the data or the study's name cannot be used; no trial has run then.
            StudyFailedError: If no trial succeeded, or too many failed one after another.
            KeyboardInterrupt: After Ctrl-C or an interrupted cell, once the study can be continued.
        """
        if n_trials is not None:
            self._content["search"] = {**self._content.get("search", {}), "n_trials": n_trials}
        experiment = self.experiment
        self._prepare()
        with shown_progress(experiment, is_shown=show_progress) as observer:
            for note in self._notes:
                observer.on_note(note)
            try:
                run_study(experiment, study=self.name, fresh=fresh, extend=extend, accept_code=accept_code, store=self.store, observer=observer)
            except (StudyChangedError, SearchPausedError) as error:
                raise type(error)(_in_python(str(error), self.name)) from None
        return self

    def _prepare(self) -> None:
        self._modules.install()

    def _usual_objective(self) -> dict[str, str]:
        """Return the objective that fits the data's target."""
        self._prepare()
        dataset = load_dataset(parse_experiment({**deepcopy(self._content), "objective": _ANY_OBJECTIVE}, _WHERE).data)
        if (self._content.get("outputs") and len(dataset.tasks) > 1) or not fit_one_output(dataset, dataset.tasks):
            raise ExperimentError('objective is missing, and the data have several targets; give it, such as objective="val_loss"')
        metric, direction = usual_objective(dataset)
        return {"metric": metric, "direction": direction}


def _in_python(message: str, study: str) -> str:
    """Return a message with arguments of `Study` in place of the flags and commands of the command line."""
    for flag, argument in {**_ARGUMENTS, f"perceptune resume {study}": "run()"}.items():
        message = message.replace(flag, argument)
    return message


def load_study(name: str, store: Store | None = None) -> Study:
    """Return a study that exists, with the experiment that it was started with.

    Args:
        name: The study's name.
        store: The local store. Defaults to ``mlruns/`` in the working directory.

    Raises:
        StudyNotFoundError: If it does not exist.
    """
    store = store or Store()
    return Study.from_experiment(stored_experiment(store, name), name=name, store=store)
