"""Trains trials of a study again, on the study's executor, without proposing anything or changing a trial's record."""

import contextlib
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import InputError, StudyNotFoundError
from ..executors.base import Executor
from ..executors.registry import make_executor
from ..experiment.file import Experiment, parse_experiment
from ..ledger import Ledger
from ..seeds import trial_seed
from ..store import Store
from ..trial import Assignment, ExecutionReport, Failure, Progress, TrialResult
from .assignments import build_assignment, with_earlier
from .code_changes import check_code
from .initial_weights import keep_initial
from .preparation import check_written, load_data, prepare_arrays


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training of a trial.

    Attributes:
        trial: The trial's number.
        repeat: The number of the repeat, from 1; 0 for the trial's own seed.
        epochs: Number of epochs; None for the trial's own.
        n_executions: Number of executions; None for all of the experiment. Defaults to None.
        is_refit: Whether the trial is trained on the rows of all folds, for all epochs, and its model is saved. Defaults to False.
        is_kept: Whether its models are saved as those of a trial are. Defaults to False.
    """

    trial: int
    repeat: int
    epochs: int | None = None
    n_executions: int | None = None
    is_refit: bool = False
    is_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class RepeatOptions:
    """How trials are trained again.

    Attributes:
        epochs: Number of epochs. Defaults to each trial's own.
        accept_code: Whether to train although the code of the builder, loader, callbacks, loss or metrics has changed. Defaults to False.
        overrides: Changes of ``[executor]``, such as ``executor.name=in-process``. Defaults to the study's executor.
        on_stage: Called with what is being waited for. Defaults to doing nothing.
    """

    epochs: int | None = None
    accept_code: bool = False
    overrides: Sequence[str] = ()
    on_stage: Callable[[str], None] = lambda _stage: None


@dataclass
class RepeatedTraining:
    """Trains trials again. Nothing is saved but what it returns and the models that are asked for; no checkpoints are written.

    Attributes:
        experiment: The study's experiment.
        ledger: The study, opened alone.
        executor: Started and checked.
    """

    experiment: Experiment
    ledger: Ledger
    executor: Executor
    _running: dict[int, tuple[Training, Assignment]] = field(default_factory=dict)

    def run(self, trainings: Sequence[Training]) -> Iterator[tuple[Training, TrialResult]]:
        """Train, as many at once as the executor allows.

        Args:
            trainings: What to train.

        Yields:
            Each training with its result, in the order in which they end. One whose worker died is started again up to
            `executor.max_retries` times.
        """
        shutil.rmtree(self.ledger.folder.repeats, ignore_errors=True)  # no callback finds what an earlier training has left
        # Numbers that no trial has: no callback writes into a file that a trial has written.
        first = 1 + max((record.number for record in self.ledger.records()), default=0)
        waiting = deque((training, self._assignment(number, training)) for number, training in enumerate(trainings, start=first))
        while waiting or self._running:
            while waiting and self.executor.n_free:
                training, assignment = waiting.popleft()
                self._running[assignment.number] = training, assignment
                self.executor.submit(assignment)
            for result in self.executor.wait(self._goes_on):
                training, assignment = self._running.pop(result.number)
                if result.failure in (Failure.LOST, Failure.HUNG) and assignment.attempt <= self.experiment.executor.max_retries:
                    waiting.append((training, replace(assignment, attempt=assignment.attempt + 1)))
                else:
                    yield training, replace(result, number=training.trial)

    def _goes_on(self, report: Progress) -> bool:
        training, _ = self._running[report.number]
        return not isinstance(report, ExecutionReport) or report.execution + 1 != training.n_executions

    def _assignment(self, number: int, training: Training) -> Assignment:
        """Return an assignment whose number is its own, since several trainings of a trial may run at once."""
        experiment, trial = self.experiment, training.trial
        own = with_earlier(build_assignment(experiment, self.ledger, trial, self.ledger.record(trial).params), self.ledger)
        if own.lineage and training.epochs is not None:
            raise InputError(f"Trial {trial} is an interval of a training with a schedule, whose epochs are known; leave --epochs out")
        changes: dict[str, Any] = {} if training.epochs is None else {"epochs": training.epochs}
        changes |= {"patience": 0, "restore_best_weights": False} if training.is_refit else {}
        never = float("inf") if experiment.ranked_by.direction == "maximize" else float("-inf")
        return replace(
            own,
            number=number,
            training=own.training.model_copy(update=changes),
            seed=trial_seed(experiment.search.seed, trial, training.repeat) if training.repeat else own.seed,
            is_prunable=False,
            obeys_limits=False,
            is_refit=training.is_refit,
            is_limited=training.epochs is not None,
            keep_if_better_than=None if training.is_refit or training.is_kept else never,
            model_path=str(self.ledger.folder.repeats / "models" / str(number)),
            checkpoint_path="",
            executions=(),
            attempt=1,
        )


@contextlib.contextmanager
def repeated_training(ledger: Ledger, store: Store, options: RepeatOptions) -> Iterator[RepeatedTraining]:
    """Start a study's executor for repeated trainings during a block.

    Args:
        ledger: The study, opened alone.
        store: The local store.
        options: How trials are trained again.

    Raises:
        InputError: If the experiment or the data cannot be used any more.
        StudyChangedError: If the data or the code have changed.
        WorkerError: If no worker can be started.
    """
    experiment = parse_experiment(dict(ledger.attribute("experiment")), f'study "{ledger.name}"', options.overrides)
    check_written(experiment, ledger.folder.root)
    modules = check_code(ledger, experiment, accept_code=options.accept_code, is_recorded=False)
    executor = make_executor(experiment.executor, ledger.folder.logs, store.programs, modules)
    options.on_stage("Starting workers")
    try:
        executor.start(experiment, ledger.folder.arrays)
        dataset = load_data(ledger, experiment)
        keep_initial(ledger, experiment, store.tracking_uri)
        prepare_arrays(ledger, dataset, experiment)
        executor.check(options.on_stage)
        yield RepeatedTraining(experiment, ledger, executor)
    finally:
        executor.close()


def finished_trial(ledger: Ledger, number: int) -> TrialResult:
    """Return the result of a trial that can be trained again.

    Raises:
        StudyNotFoundError: If the study has no such trial, or it has no result yet.
    """
    record = ledger.find(number)
    if record.result is None:
        raise StudyNotFoundError(f'Trial {number} of study "{ledger.name}" is {record.state}; the same run command finishes it')
    return record.result
