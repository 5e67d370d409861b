"""Tables as people's programs write them, read without being told how."""

import gzip
import random
import zipfile

import pandas as pd
import pytest

from search.data.tables import TableFormat, read_rows, read_table


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def write(content, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def _rows(table):
    return table.rows.to_dict("list")


@pytest.mark.parametrize(
    ("content", "separator", "decimal"),
    [
        ("a;b\n1,5;x\n2,25;y\n", ";", ","),
        ("a,b\n1.5,x\n2.25,y\n", ",", "."),
        ("a\tb\n1.5\tx\n2.25\ty\n", "\t", "."),
        ("a|b\n1.5|x\n2.25|y\n", "|", "."),
        ('a,b\n"1,5",x\n"2,25",y\n', ",", ","),
        ("a   b\n1.5 x\n2.25    y\n", r"\s+", "."),
    ],
)
def test_separator_and_decimal_are_found(write, content, separator, decimal):
    table = read_table(write(content))
    assert _rows(table) == {"a": [1.5, 2.25], "b": ["x", "y"]}
    assert (table.format.separator, table.format.decimal, table.format.header) == (separator, decimal, True)


def test_decimal_commas_without_a_line_of_names(write):
    table = read_table(write("1,5;2,5\n3,5;4,5\n"))
    assert _rows(table) == {"column_0": [1.5, 3.5], "column_1": [2.5, 4.5]}


def test_grouped_thousands_are_no_decimals(write):
    assert _rows(read_table(write('a,b\n"1,234",x\n"2,500",y\n')))["a"] == [1234, 2500]
    assert _rows(read_table(write("a;b\n1.234,5;x\n17,25;y\n")))["a"] == [1234.5, 17.25]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_windows_line_ends(write, encoding):
    table = read_table(write("Größe,Ort\r\n1.5,Zürich\r\n2.5,Köln\r\n", encoding=encoding))
    assert _rows(table) == {"Größe": [1.5, 2.5], "Ort": ["Zürich", "Köln"]}


def test_gaps_are_words_too_and_blanks_are_no_part_of_values(write):
    table = read_table(write("a, b ,c\n1, x ,?\n NA,y,2\n3, n/a ,\n"))
    assert _rows(table)["b"][:2] == ["x", "y"]
    assert table.rows.isna().sum().to_dict() == {"a": 1, "b": 1, "c": 2}
    kept = read_table(write("a,b\n1,NA\n2,none\n"), gaps=["none"], keep_default_gaps=False).rows["b"]
    assert (kept[0], kept.isna().sum()) == ("NA", 1)


def test_compressed_files_are_read(write, tmp_path):
    content = b"a,b\n1,x\n2,y\n"
    assert _rows(read_table(write(gzip.compress(content), "table.csv.gz"))) == {"a": [1, 2], "b": ["x", "y"]}
    with zipfile.ZipFile(tmp_path / "table.zip", "w") as archive:
        archive.writestr("table.csv", content)
    assert _rows(read_table(tmp_path / "table.zip")) == {"a": [1, 2], "b": ["x", "y"]}


def test_codes_stay_text_and_dates_become_dates(write):
    table = read_table(write("code,when\n00012,31.01.2024\n00017,01.02.2024\n"))
    assert table.rows["code"].tolist() == ["00012", "00017"]
    assert table.rows["when"].tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
    assert table.format.dates == {"when": "%d.%m.%Y"}


def test_a_target_that_the_first_line_has_makes_it_a_line_of_names(write):
    content = "x,y\na,b\nc,d\na,d\n"
    assert list(read_table(write(content), "y").rows) == ["x", "y"]
    assert list(read_table(write("a,b\nc,d\na,d\n"), 1).rows) == ["column_0", "column_1"]


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\x00,1\n", b"", b"a,b\n1,2\n1,2,3\n"])
def test_what_is_no_table_is_a_value_error(write, content):
    with pytest.raises(ValueError, match=r"it is|Expected"):
        read_table(write(content))


def test_a_row_is_read_alike_alone_and_among_others_in_any_order(write):
    rng = random.Random(0)
    choices = [["00012", "12", "none", "7", "?", "1e5"], [f"{number / 7:.3f}".replace(".", ",") for number in range(-9, 90)]]
    choices += [["ja ", "nein", ""], ["True", "False", ""], [f"{day:02}.03.2024" for day in range(1, 29)]]
    lines = [";".join(map(rng.choice, choices)) for _ in range(60)]
    header = "code;size;answer;flag;when"
    trained = read_table(write("\n".join([header, *lines]))).format
    columns = {"code": "text", "size": "numeric", "answer": "text", "flag": "numeric", "when": "date"}
    read = {}
    for order in (lines, list(reversed(lines)), *([line] for line in lines)):
        rows = read_rows(write("\n".join([header, *order]), "rows.csv"), trained, columns)
        for line, row in zip(order, rows.astype(object).where(rows.notna(), None).to_dict("records"), strict=True):
            assert read.setdefault(line, row) == row
    assert len({row["code"] for row in read.values()}) == 6


def test_rows_are_read_that_are_written_in_another_way_than_the_training_table(write):
    trained = read_table(write("a;b\n1,5;x\n2,25;y\n"), "b").format.replace(target="b")
    columns = {"a": "numeric"}
    assert read_rows(write("a,b\n1.5,x\n", "other.csv"), trained, columns)["a"].tolist() == [1.5]
    assert read_rows(write("b;a\nx;1,5\n", "turned.csv"), trained, columns)["a"].tolist() == [1.5]


def test_a_file_without_names_may_lack_the_target(write):
    trained = read_table(write("1,x,5\n2,y,6\n"), 1).format.replace(target="column_1")
    columns = {"column_0": "numeric", "column_2": "numeric"}
    for content in ("1,x,5\n", "1,5\n"):
        assert read_rows(write(content, "rows.csv"), trained, columns)[["column_0", "column_2"]].values.tolist() == [[1, 5]]


def test_a_format_is_stored_as_values_that_json_can_write(write):
    form = read_table(write("a;b\n1,5;31.01.2024\n")).format
    assert TableFormat.from_dict(form.to_dict()) == form
