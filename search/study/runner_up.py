"""Compares a study's best trial with the second best one on the executions that both have."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ..experiment.file import Experiment
from ..formats import format_difference
from ..ledger import StudyView
from ..spread import comparable, paired_t_test


@dataclass(frozen=True, kw_only=True)
class RunnerUp:
    """How the best trial differs from the second best one.

    Attributes:
        trial: Number of the second best trial.
        difference: The mean difference of the objective's values, the best trial's minus those of the second best.
        p_value: Two-sided p value of no difference, by a paired t test over the executions that corrects for the rows that folds share; None
            if the difference is the same on all of them.
        is_better: Whether the best trial has the better mean; None if both have the same. A trial that is the best by another metric may
            have the worse one.
    """

    trial: int
    difference: float
    p_value: float | None
    is_better: bool | None

    def text(self, metric: str) -> str:
        """Return it as text, such as ``trial 7; the best one is better by 0.4 points (p = 0.6)``, given the objective's metric."""
        return f"trial {self.trial}; the best one is {format_difference(metric, self.difference, self.p_value, is_better=self.is_better)}"


def compare_with_runner_up(ledger: StudyView) -> RunnerUp | None:
    """Return how the best trial differs from the second best; None without one, or if trials have a single execution."""
    evaluation = ledger.experiment.evaluation
    if evaluation.n_executions == 1:
        return None
    ranking = [number for number, _ in ledger.ranking(2)]
    if len(ranking) < 2:
        return None
    best, second = (_values(ledger, number) for number in ranking)
    return compare_executions(ranking[1], best, second, ledger.experiment) if min(len(best), len(second)) > 1 else None


def compare_executions(trial: int, best: Sequence[float], second: Sequence[float], experiment: Experiment) -> RunnerUp:
    """Return how the best trial differs from the second best.

    Args:
        trial: Number of the second best trial.
        best: The values of the best one's executions, at least two.
        second: Those of the second best one's.
        experiment: The experiment, for its folds and its objective.
    """
    pairs, n_folds = list(zip(best, second, strict=False)), experiment.evaluation.folds
    differences = [own - other for own, other in pairs]
    mean, lower_tail = paired_t_test(differences, 1 / (n_folds - 1) if n_folds > 1 else 0)
    p_value = None if len(set(differences)) == 1 else 2 * min(lower_tail, 1 - lower_tail)
    own, other = (comparable(statistics.fmean(values)) for values in zip(*pairs, strict=True))  # equal counts of rows are equal
    is_better = None if own == other else experiment.objective.is_better(own, other)
    return RunnerUp(trial=trial, difference=mean, p_value=p_value, is_better=is_better)


def _values(ledger: StudyView, number: int) -> Sequence[float]:
    result = ledger.result(number)
    return [execution.value for execution in result.executions if execution.value is not None] if result else []
