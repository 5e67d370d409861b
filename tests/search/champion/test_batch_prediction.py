import numpy as np
import pandas as pd
import pytest

from search.champion import predict_example, predict_file
from search.errors import DataError


@pytest.fixture
def rows(dataset):
    """The test part's raw rows."""
    return dataset.test.features


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_predictions_have_the_order_of_the_rows(champion, rows, tmp_path, suffix):
    getattr(rows, f"to_{suffix}")(tmp_path / f"rows.{suffix}", index=False)
    n_rows = predict_file(lambda: champion, tmp_path / f"rows.{suffix}", tmp_path / f"predictions.{suffix}")
    predictions = getattr(pd, f"read_{suffix}")(tmp_path / f"predictions.{suffix}")
    expected = champion.predict(rows)
    assert n_rows == len(predictions) == len(rows)
    assert list(predictions) == ["prediction", "probability_no", "probability_yes"]
    assert predictions["prediction"].tolist() == expected["prediction"].tolist()
    np.testing.assert_allclose(predictions["probability_yes"], expected["probability_yes"], rtol=1e-6)


@pytest.mark.parametrize("name", ["rows.zip", "rows.csv.zip"])
def test_rows_in_an_archive_are_predicted(champion, rows, tmp_path, name):
    rows.to_csv(tmp_path / name, index=False, compression={"method": "zip", "archive_name": "rows.csv"})
    assert predict_file(lambda: champion, tmp_path / name, tmp_path / "predictions.csv") == len(rows)
    assert pd.read_csv(tmp_path / "predictions.csv")["prediction"].tolist() == champion.predict(rows)["prediction"].tolist()


def test_extra_columns_and_their_order_do_not_matter(champion, rows, tmp_path):
    rows[["port", "age", "siblings"]].assign(name="someone").to_csv(tmp_path / "rows.csv", index=False)
    predict_file(lambda: champion, tmp_path / "rows.csv", tmp_path / "predictions.csv")
    assert pd.read_csv(tmp_path / "predictions.csv")["prediction"].tolist() == champion.predict(rows)["prediction"].tolist()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.csv", None, r'There is no file ".*absent.csv"; give the path of a \.csv or \.parquet file'),
        ("rows.xlsx", "x", r'has the suffix ".xlsx"; Valid: .csv, .dat'),
        ("rows.xlsx.gz", "x", r'rows.xlsx.gz" has the suffix ".xlsx"; Valid: .csv, .dat'),
        ("rows.csv", "", "cannot be read as a table"),
        ("rows.csv", "age,siblings,port\n", "has no rows to predict"),
        ("rows.parquet", "no parquet", "cannot be read as a table"),
        ("rows.csv", "age,port\n1,north\n", "lack the columns siblings"),
        ("rows.csv", "age,sibings,port\n1,2,north\n", r'lack the columns siblings \("sibings": did you mean "siblings"\?\)'),
        ("rows.parquet", lambda path: pd.DataFrame({"Age": [1], "siblings": [1], "port": ["a"]}).to_parquet(path), 'did you mean "age"'),
        ("rows.csv", "age,siblings,port\nold,2,north\n", "the column \"age\" holds 'old'"),
    ],
)
def test_a_file_that_cannot_be_predicted_is_refused_in_one_line(champion, tmp_path, name, content, message):
    if callable(content):
        content(tmp_path / name)
    elif content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        predict_file(lambda: champion, tmp_path / name, tmp_path / "predictions.csv")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "predictions.csv").exists()


def test_values_that_were_not_in_training_are_told(champion, tmp_path):
    (tmp_path / "rows.csv").write_text("age,siblings,port\n1,2,\n1,2,7\n1,2,north\n")
    with pytest.warns(UserWarning, match=r"^port: 1 of 2 values were not in training, such as 7$"):
        predict_file(lambda: champion, tmp_path / "rows.csv", tmp_path / "predictions.csv")


def test_the_carried_rows_are_predicted_and_written_beside_their_predictions(champion, dataset, tmp_path):
    table = predict_example(champion, tmp_path / "example.csv")
    rows = dataset.validation.features.head(5)
    assert list(table) == ["age", "siblings", "port", "prediction", "probability_no", "probability_yes"]
    assert table["probability_yes"].tolist() == champion.predict(rows)["probability_yes"].tolist()
    assert predict_file(lambda: champion, tmp_path / "example.csv", tmp_path / "predictions.csv") == len(rows)
    with pytest.raises(DataError, match=r'has the suffix ".txt"'):
        predict_example(champion, tmp_path / "example.txt")


def test_a_missing_file_is_found_out_before_the_champion_is_loaded(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        predict_file(pytest.fail, tmp_path / "absent.csv", tmp_path / "predictions.csv")


def test_the_output_file_is_checked_first(tmp_path):
    with pytest.raises(DataError, match=r'has the suffix ".txt"'):
        predict_file(pytest.fail, tmp_path / "rows.csv", tmp_path / "predictions.txt")
    (tmp_path / "rows.csv").write_text("age,siblings,port\n1,2,\n")
    with pytest.raises(DataError, match="does not exist; create it first"):
        predict_file(pytest.fail, tmp_path / "rows.csv", tmp_path / "no folder" / "predictions.csv")


def test_existing_predictions_stay_if_the_rows_are_invalid(champion, tmp_path):
    (tmp_path / "predictions.csv").write_text("old")
    (tmp_path / "rows.csv").write_text("age\n1\n")
    with pytest.raises(DataError):
        predict_file(lambda: champion, tmp_path / "rows.csv", tmp_path / "predictions.csv")
    assert (tmp_path / "predictions.csv").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
