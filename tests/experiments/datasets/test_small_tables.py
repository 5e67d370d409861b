import numpy as np
import pytest

from experiments.datasets import exam_scores, hours_grades, hours_scores, time_scores


def test_exact_scores_are_20_an_hour_and_noisy_ones_nearly():
    hours, exact = time_scores()["train"]
    assert (exact == 20 * hours["time"]).all()
    assert np.polyfit(hours["time"], time_scores(noisy=True)["train"][1], 1)[0] == pytest.approx(19.5, abs=0.5)


def test_the_five_exams_are_the_first_of_the_25(real):
    real("tables/exam_scores.csv")
    few, many = exam_scores()["test"], exam_scores(n_rows=25)["test"]
    assert (len(few[1]), len(many[1])) == (5, 25)
    np.testing.assert_array_equal(few[0], many[0][:5])
    np.testing.assert_array_equal(few[1], many[1][:5])


def test_another_number_of_exams_is_refused():
    with pytest.raises(ValueError, match="n_rows=10 is not one of the tables"):
        exam_scores(n_rows=10)


def test_grades_and_scores_follow_hours_and_attendance():
    features, grade = hours_grades()["train"]
    assert features.columns.tolist() == ["hours", "attendance"]
    assert grade.tolist() == ["A", "A", "B", "B", "C"]
    assert hours_scores()["train"][0].columns.tolist() == ["hours"]
    same, score = hours_scores(has_attendance=True)["train"]
    assert same.equals(features)
    assert score.tolist() == [90, 80, 50, 60, 40]
