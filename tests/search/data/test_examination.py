import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.fitting import choose_columns, find_problems, fit_preprocessor
from search.data.folds import with_all_rows
from search.errors import DataError, ExperimentError
from search.experiment.sections import PreprocessingSection

N = 300


def _dataset(target=None, **columns):
    features = pd.DataFrame({"x": [row % 7 for row in range(N)], **columns})
    target = pd.Series([row % 3 % 2 for row in range(N)] if target is None else target, name="y")
    parts = dict.fromkeys(("train", "validation", "test"), (features, target))
    return parse_dataset({**parts, "task": "binary" if target.nunique() == 2 else "regression"}, "toy")


def _split(features):
    """A data set of three parts of N rows each."""
    target = pd.Series([row % 3 % 2 for row in range(3 * N)], name="y")
    starts = {"train": 0, "validation": N, "test": 2 * N}
    parts = {part: (features[start : start + N], target[start : start + N]) for part, start in starts.items()}
    return parse_dataset({**parts, "task": "binary"}, "toy")


def _texts(dataset, **section):
    return [str(finding) for finding in find_problems(dataset, choose_columns(dataset, PreprocessingSection(**section))) if finding.is_important]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([2**53 + 2 * row for row in range(3 * N)], "whole numbers above 2^53, each once, are identifiers"),
        ([f"user-{row}" for row in range(3 * N)], "are identifiers"),
        ([f"a sentence of some words, number {row}" for row in range(3 * N)], 'running text, such as "a sentence'),
    ],
)
def test_what_no_network_learns_from_is_left_out_and_told(column, reason):
    dataset = _split(pd.DataFrame({"x": [row % 7 for row in range(3 * N)], "odd": column}))
    assert list(choose_columns(dataset, PreprocessingSection()).types) == ["x"]
    [text] = _texts(dataset)
    assert text.startswith('"odd": ')
    assert reason in text
    named = PreprocessingSection(columns={"odd": "text"})
    assert list(choose_columns(dataset, named).types) == ["x", "odd"]
    assert _texts(dataset, columns={"odd": "text"}) == []


def test_a_column_is_dropped_or_has_another_type_if_asked():
    dataset = _dataset(zip=[row % 5 for row in range(N)], when=["2024-01-31", "2024-02-01"] * (N // 2))
    chosen = PreprocessingSection(columns={"x": "drop", "zip": "text", "when": "date"})
    assert choose_columns(dataset, chosen).types == {"zip": "text", "when": "date"}
    expected = ("when.days", "when.month", "when.day", "when.weekday", "zip=0", "zip=1", "zip=2", "zip=3", "zip=4")
    assert fit_preprocessor(dataset, chosen).feature_names_out == expected
    with pytest.raises(ExperimentError, match=r'preprocessing\.columns: data set "toy" has no column "zp"; did you mean "zip"'):
        choose_columns(dataset, PreprocessingSection(columns={"zp": "text"}))
    with pytest.raises(ExperimentError, match='"zip" = "date", but the column holds 0; expected dates'):
        fit_preprocessor(dataset, PreprocessingSection(columns={"zip": "date"}))


def test_a_column_of_an_input_cannot_be_dropped():
    section = PreprocessingSection(inputs={"left": ["x"], "right": ["z"]}, columns={"z": "drop"})
    with pytest.raises(ExperimentError, match=r'preprocessing\.inputs\.right has "z", which preprocessing\.columns drops'):
        fit_preprocessor(_dataset(z=range(N)), section)


def test_a_text_column_without_values_is_refused():
    with pytest.raises(DataError, match=r'train part: the column "note" has no values; set columns = \{ "note" = "drop" \}'):
        fit_preprocessor(_dataset(note=["", " "] * (N // 2)), PreprocessingSection(columns={"note": "text"}))


def test_python_s_own_dates_are_dates():
    days = pd.date_range("2024-01-30", periods=60).date
    dataset = _dataset(day=list(days) * (N // 60))
    preprocessor = fit_preprocessor(dataset, PreprocessingSection())
    assert preprocessor.columns["day"] == "date"
    same = pd.DataFrame(dataset.train.features).assign(day=[str(day) for day in dataset.train.features["day"]])
    assert (preprocessor.transform(same) == preprocessor.transform(dataset.train.features)).all()


def test_a_leak_is_told():
    target = [row % 3 % 2 for row in range(N)]
    assert 'the target "y" follows from it exactly' in _texts(_dataset(target, alive=["no" if value else "yes" for value in target]))[0]
    assert "follows from it" in _texts(_dataset([row / 7 for row in range(N)], cents=[row * 100.0 / 7 + 3 for row in range(N)]))[0]
    assert _texts(_dataset(target)) == []


@pytest.mark.parametrize(
    ("name", "is_identifier"), [("amount_paid", False), ("grid", False), ("uric acid", False), ("customer_id", True), ("userId", True), ("ID", True)]
)
def test_a_quantity_is_no_identifier_by_the_end_of_its_name(name, is_identifier):
    dataset = _split(pd.DataFrame({"x": [row % 7 for row in range(3 * N)], name: range(3 * N)}))
    assert [text.startswith(f'"{name}": whole numbers, each once, are identifiers') for text in _texts(dataset)] == [True] * is_identifier


def test_distinct_whole_numbers_are_no_leak_of_a_whole_number():
    assert _texts(_dataset([(7 * row) % 1009 for row in range(N)], size=[(11 * row) % 997 for row in range(N)])) == []


def test_numbers_with_a_few_words_and_rare_classes_are_told():
    [odd] = _texts(_dataset(size=["unknown" if row % 50 == 0 else str(row / 4) for row in range(N)]), columns={"size": "text"})
    assert odd == '"size": numbers but for 6 values, "unknown"; if these are gaps, let the loader read them so (csv: na_values)'
    [rare] = _texts(_dataset([row % 50 == 0 for row in range(N)]))
    assert 'the class True of "y" has 6 of 300 rows' in rare


def test_constants_and_many_gaps_are_told_by_the_command_only():
    dataset = _dataset(constant=7, sparse=[None if row % 10 else 1.0 * row for row in range(N)])
    assert _texts(dataset) == []
    assert [str(finding) for finding in find_problems(dataset, choose_columns(dataset, PreprocessingSection()))] == [
        '"constant": 7 in every row of the train part',
        '"sparse": 270 of 300 rows of the train part have a gap',
    ]


def test_an_identifier_is_left_out_too_where_the_training_part_has_the_rows_of_all_folds():
    rows = pd.DataFrame({"x": [row % 7 for row in range(3 * N)], "id": [f"user-{row}" for row in range(3 * N)]})
    dataset = _split(rows)
    assert dict(choose_columns(dataset, PreprocessingSection()).types) == {"x": "numeric"}
    assert dict(choose_columns(with_all_rows(dataset), PreprocessingSection()).types) == {"x": "numeric"}
