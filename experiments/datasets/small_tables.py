"""Tables of a few rows for linear, logistic and softmax regression; all rows are every part, as nothing is left to split."""

from typing import Any

import pandas as pd

from .folder import find
from .split import whole_parts

_NOISY = (18, 39, 61, 77, 105, 112, 128, 165, 181, 195)
_EXAMS = ((73, 80, 75, 152), (93, 88, 93, 185), (89, 91, 90, 180), (96, 98, 100, 196), (73, 66, 70, 142))
_STUDIED = ((10, 5, 90, "A"), (9, 5, 80, "A"), (3, 2, 50, "B"), (2, 4, 60, "B"), (11, 1, 40, "C"))


def time_scores(noisy: bool = False) -> dict[str, Any]:
    """Return the score reached after 1 to 10 hours of study: 20 an hour.

    Args:
        noisy: Whether scores are 18, 39, 61 ... 195 rather than 20, 40, 60 ... 200. Defaults to False.

    Returns:
        Three equal parts of ten rows and the task (regression).
    """
    hours = pd.DataFrame({"time": range(1, 11)})
    return {**whole_parts(hours, pd.Series(_NOISY if noisy else 20 * hours["time"], name="score")), "task": "regression"}


def exam_scores(n_rows: int = 5) -> dict[str, Any]:
    """Return the final score that follows three quizzes.

    Args:
        n_rows: 5, or 25 from ``tables/exam_scores.csv`` in the folder of data files. Defaults to 5.

    Returns:
        Three equal parts of the columns quiz_1, quiz_2 and quiz_3, with the target final; the task (regression).

    Raises:
        FileNotFoundError: If the 25 rows are not there.
        ValueError: If another number of rows is asked for.
    """
    if n_rows not in (5, 25):
        raise ValueError(f"n_rows={n_rows} is not one of the tables; expected 5 or 25")
    names = ["quiz_1", "quiz_2", "quiz_3", "final"]
    if n_rows == 5:
        table = pd.DataFrame(_EXAMS, columns=names)
    else:
        source = "https://github.com/hunkim/DeepLearningZeroToAll (data-01-test-score.csv)"
        table = pd.read_csv(find("tables/exam_scores.csv", source), header=None, names=names, comment="#")
    return {**whole_parts(table[names[:-1]], table["final"]), "task": "regression"}


def hours_scores(has_attendance: bool = False) -> dict[str, Any]:
    """Return the score that follows hours of study, and attendance.

    Args:
        has_attendance: Whether attendance is a second feature. Defaults to False.

    Returns:
        Three equal parts of five rows and the task (regression).
    """
    table = _studied()
    return {**whole_parts(table[["hours", "attendance"] if has_attendance else ["hours"]], table["score"]), "task": "regression"}


def hours_grades() -> dict[str, Any]:
    """Return the grade A, B or C that follows hours of study and attendance.

    Returns:
        Three equal parts of five rows and the task (multiclass).
    """
    table = _studied()
    return {**whole_parts(table[["hours", "attendance"]], table["grade"]), "task": "multiclass"}


def _studied() -> pd.DataFrame:
    return pd.DataFrame(_STUDIED, columns=["hours", "attendance", "score", "grade"])
