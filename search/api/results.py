"""The results of a study: its trials, curves, plots, best trial and champion, and what can be asked of it."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import ledger as ledgers
from ..champion import Champion, load_champion, promote_version
from ..champion.promotion import promote_trial
from ..errors import InputError, StudyFailedError, StudyNotFoundError
from ..experiment.parameters import Value
from ..formats import format_number, format_params, format_spread, format_test
from ..ledger import StudyView
from ..reports import learning_curves, of_first_objective, pareto_plot, search_plots
from ..store import Store
from ..study import requests
from ..study.repeated_training import RepeatOptions
from ..study.repeated_trials import RepeatedTrial
from ..study.repeats import Reproduction, repeat_trials, reproduce_trial
from ..study.report import write_study_report
from ..study.summary import StudySummary, summarize, with_champion
from .html import facts_table
from .trial import Trial

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_LAST = ["is_best", "reason"]
_COLUMNS = ["state", "value", "standard_error", "epochs", "seconds", *_LAST]


class StudyResults:
    """A study, for reading and for requests. Its ledger is read anew each time, also while it runs.

    Args:
        name: The study's name.
        store: The local store. Defaults to ``mlruns/`` in the working directory.

    Attributes:
        name: The study's name.
        store: The local store.
    """

    def __init__(self, name: str, store: Store | None = None) -> None:
        self.name, self.store = name, store or Store()

    @property
    def trials(self) -> pd.DataFrame:
        """All trials, a row each by number: state, value, standard error, metrics, epochs, seconds, and ``params_<name>`` as of Optuna.

        The metrics are those of the best epoch, by Keras' names, without the objective's, which is the value.
        """
        with self._view() as view:
            records, experiment, measures = view.records(), view.experiment, view.experiment.measures
            metrics = ledgers.further_metrics(records, [*_COLUMNS, experiment.objective.metric, *measures])
            best, reasons = view.best[0] if view.best else None, {record.number: view.reason_of(record) for record in records}
        rows = [
            {
                "state": record.state.value,
                "value": record.value,
                "standard_error": record.known.standard_error if record.known else None,
                **{name: record.measures.get(name) for name in measures},
                **{name: record.metrics.get(name) for name in metrics},
                "epochs": len(record.history),
                "seconds": record.known.seconds if record.known else None,
                **{f"params_{name}": value for name, value in record.params.items()},
                "is_best": record.number == best,
                "reason": reasons[record.number],
            }
            for record in records
        ]
        table = pd.DataFrame(rows, index=pd.Index([record.number for record in records], name="trial"))
        if not rows:
            return table
        table = table if table["standard_error"].notna().any() else table.drop(columns="standard_error")
        return table[[*(name for name in table if name not in _LAST), *_LAST]]

    def trial(self, number: int) -> Trial:
        """Return one trial.

        Raises:
            StudyNotFoundError: If there is no such trial.
        """
        with self._view() as view:
            record = view.find(number)
            return Trial.of(record, view.reason_of(record))

    @property
    def best(self) -> Trial:
        """The best trial.

        Raises:
            StudyFailedError: If no trial succeeded.
        """
        return self.trial(self.summary.trial)

    @property
    def summary(self) -> StudySummary:
        """The best trial with its test metrics, the comparison with baselines, and the registered model.

        Raises:
            StudyFailedError: If no trial succeeded.
        """
        with self._view() as view:
            return with_champion(summarize(view), self.store.tracking_uri)

    @property
    def champion(self) -> Champion:
        """The registered best model with its preprocessing; ``champion.predict(rows)`` predicts raw rows.

        Raises:
            StudyNotFoundError: If none is registered, or the study is of a function, which leaves none.
        """
        with self._view() as view:
            if view.experiment.function is not None:
                raise StudyNotFoundError(
                    f'Study "{self.name}" is of a function, which leaves no champion; a model that it saved is where it saved it'
                )
        return load_champion(self.name, self.store.tracking_uri)

    def history(self, trial: int | None = None) -> pd.DataFrame:
        """Return the metrics of every epoch of a trial, a row each, numbered from 1.

        Args:
            trial: The trial's number. Defaults to the best trial's.

        Raises:
            StudyNotFoundError: If there is no such trial.
        """
        return (self.best if trial is None else self.trial(trial)).history

    def plot_history(self) -> "Figure":
        """Plot the value of each trial, and the best one so far."""
        return self._plot(lambda view, study, metric: search_plots.optimisation_history(study, metric, view.best[0] if view.best else None))

    def plot_curves(self) -> "Figure":
        """Plot the learning curves of the trials."""
        return self._plot(
            lambda view, study, metric: learning_curves.learning_curves(
                study, {of.number: of.history for of in view.records() if of.history}, metric, view.experiment.step
            )
        )

    def plot_importances(self) -> "Figure":
        """Plot the importance of each hyperparameter."""
        return self._plot(lambda _view, study, metric: search_plots.importances(study, metric))

    def plot_parallel_coordinates(self) -> "Figure":
        """Plot each trial as a line through its hyperparameters."""
        return self._plot(lambda _view, study, metric: search_plots.parallel_coordinates(study, metric))

    def plot_slices(self) -> "Figure":
        """Plot the value against each hyperparameter."""
        return self._plot(lambda _view, study, metric: search_plots.slices(study, metric))

    def plot_front(self) -> "Figure":
        """Plot the Pareto front of the first two objectives."""

        def draw(view: StudyView, _study: Any, _metric: str) -> "Figure | None":
            names = [objective.metric for objective in view.experiment.objectives]
            best = view.best[0] if view.best else None
            return pareto_plot.pareto_front(view.visible_study, names, view.front, best, 1) if len(names) > 1 else None

        return self._plot(draw)

    def report(self) -> Path:
        """Write the report, one HTML file, and return its path."""
        with self._view() as view:
            return write_study_report(view)

    def enqueue(self, **params: Value | list[Value]) -> int | None:
        """Let the study try hyperparameters before it proposes new ones, also while it runs; the sampler chooses the others.

        Returns:
            The trial's number; None if the running search gives it one.
        """
        return requests.enqueue_trial(self.store, self.name, params)

    def exclude(self, trial: int, reason: str) -> None:
        """Hide a finished trial from samplers, plots and the choice of the best one; `include` undoes it."""
        requests.exclude_trial(self.store, self.name, trial, reason)

    def include(self, trial: int) -> None:
        """Include an excluded trial again."""
        requests.exclude_trial(self.store, self.name, trial, None)

    def pause(self) -> None:
        """Let the search, which another process runs, end at its next epoch with the checkpoints of its trials."""
        requests.ask_to_end(self.store, self.name, requests.PAUSE)

    def stop(self, trial: int | None = None) -> None:
        """Let the search, which another process runs, end at its next epoch and register the best model; or let one trial end."""
        if trial is None:
            requests.ask_to_end(self.store, self.name, requests.STOP)
        else:
            requests.ask_to_stop_trial(self.store, self.name, trial)

    def promote(self, version: int | None = None, *, trial: int | None = None) -> str:
        """Make a registered version the champion, whatever its value; or a trial whose model was kept.

        Args:
            version: The version. Defaults to the challenger.
            trial: The trial to register instead. Defaults to none.

        Returns:
            The URI of the champion.
        """
        if trial is None:
            return promote_version(self.name, version, self.store.tracking_uri)[0]
        self._prepare()
        with self._view() as view:
            return promote_trial(view, trial, self.store.tracking_uri)[0]

    def retrain(self, trial: int, options: RepeatOptions | None = None) -> Reproduction:
        """Train a trial again with its own seed, to compare the curves; nothing is recorded."""
        self._prepare()
        return reproduce_trial(self.name, trial, options, store=self.store)

    def confirm(self, trials: Sequence[int] | int = 5, n_repeats: int = 3, options: RepeatOptions | None = None) -> list[RepeatedTrial]:
        """Train trials again with new seeds, for what they are worth without the luck of having been chosen.

        Args:
            trials: Their numbers, or how many of the best. Defaults to 5.
            n_repeats: Number of repeats of each. Defaults to 3.
            options: How they are trained. Defaults to `RepeatOptions`' defaults.

        Returns:
            The trials with their repeats.
        """
        self._prepare()
        return repeat_trials(self.name, trials, n_repeats, options, store=self.store)[0]

    def __repr__(self) -> str:
        try:
            with self._view() as view:
                counts = ", ".join(f"{count} {state}" for state, count in sorted(view.n_by_state().items())) or "no trials"
                best = f", best {view.experiment.objective.metric} {format_number(view.best[1])} of trial {view.best[0]}" if view.best else ""
        except StudyNotFoundError:
            counts, best = "not run yet", ""
        return f'Study("{self.name}", {counts}{best})'

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        try:
            summary = self.summary
        except (StudyNotFoundError, StudyFailedError):
            return facts_table({"Study": repr(self)})
        facts = {
            "Study": f"{summary.study} ({', '.join(f'{count} {state}' for state, count in sorted(summary.n_by_state.items()))})",
            "Best trial": f"{summary.trial}: {format_params(summary.params)}",
            "Validation" if summary.has_models else "Value": f"{summary.metric} {format_spread(summary.value, summary.standard_error)}",
            "Second best": summary.runner_up_text,
            "Pareto front": summary.front_text if summary.front else "",
            "Test": format_test(summary.test, summary.positive_classes, summary.test_intervals),
            "Model": ", ".join(filter(None, [summary.model_uri, summary.cost_text])),
        }
        return facts_table(facts)

    def _prepare(self) -> None:
        """Let workers import what trials need; nothing if they can."""

    @contextlib.contextmanager
    def _view(self) -> Iterator[StudyView]:
        with contextlib.closing(ledgers.read(self.store, self.name)) as view:
            yield view

    def _plot(self, draw: Any) -> "Figure":
        with self._view() as view:
            several = len(view.directions) > 1
            study = of_first_objective(view.visible_study) if several or view.best is None else view.visible_study
            figure: Figure | None = draw(view, study, view.experiment.objective.metric)
        if figure is None:
            raise InputError(f'Study "{self.name}" has too few trials or objectives for this plot')
        return figure
