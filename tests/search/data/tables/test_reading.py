"""Tables as people's programs write them, read without being told how."""

import gzip
import json
import random
import time
import zipfile
from dataclasses import replace

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


@pytest.mark.parametrize(("separator", "mark"), [(";", "."), (";", ","), ("\t", ".")])
def test_thousands_without_decimals_are_told_by_smaller_numbers_beside_them(write, separator, mark):
    numbers = [3133, 2625, 980, 2367, 41, 3140, 1250]
    lines = [f"{number:,}{separator}{number / 10:.1f}\n".replace(",", mark) if number > 999 else f"{number}{separator}1\n" for number in numbers]
    whole = "".join(line.partition(separator)[0] + f"{separator}x\n" for line in lines)
    table = read_table(write(f"a{separator}b\n{whole}"))
    assert table.rows["a"].tolist() == numbers
    assert f'"a": the "{mark}" of 3{mark}133 is read as one between thousands; set decimal = "{mark}" if that is wrong' in table.notes
    decimals = "".join(f"{number}{mark}125{separator}x\n" for number in (1, 2, 3, 4, 5, 6))  # all have three digits: they may be decimals
    assert read_table(write(f"a{separator}b\n{decimals}"), decimal=mark).rows["a"].tolist() == [1.125, 2.125, 3.125, 4.125, 5.125, 6.125]
    assert not [note for note in read_table(write(f"a{separator}b\n{decimals}")).notes if "thousands" in note]


def test_what_stands_around_a_table_is_no_part_of_it_or_named(write):
    assert _rows(read_table(write("sep=;\r\na;b\r\n1;2\r\n3;4\r\n"))) == {"a": [1, 3], "b": [2, 4]}
    assert _rows(read_table(write("a,b\r1,2\r3,4\r"))) == {"a": [1, 3], "b": [2, 4]}
    assert read_table(write("a,b\n1,yes\u00a0\n2,\u00a0yes\n3,yes\n")).rows["b"].tolist() == ["yes"] * 3
    assert any("one name less" in note for note in read_table(write("a,b\n1,x,yes\n2,y,no\n")).notes)
    with pytest.raises(ValueError, match=r'delete text above the table .of lines that begin with "#": comment = "#"'):
        read_table(write("# of 2026\n# mine\na,b,c\n1,2,3\n4,5,6\n"))
    wide = ",".join(f"gene_number_{number:0250}" for number in range(600))  # a longer line than Python's csv module reads by itself
    assert read_table(write(f"{wide}\n{','.join(['1'] * 600)}\n")).rows.shape == (1, 600)


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


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xff\xd8\xff\x00,1\n", "table.csv"),
        (b"", "table.csv"),
        (b"a,b\n1,2\n1,2,3\n", "table.csv"),
        (b'a,b\n"' + 200_000 * b"x", "table.csv"),
        (gzip.compress(100 * b"a,b\n", mtime=0)[:20], "table.csv.gz"),
        (b"PK no archive", "table.zip"),
        (b"no xz", "table.csv.xz"),
    ],
)
def test_what_is_no_table_is_a_value_error(write, content, name):
    for read in (read_table, lambda path: read_rows(path, None, {"a": "numeric"})):
        with pytest.raises(ValueError, match=r"it is|its lines have different numbers of values|cannot be decompressed"):
            read(write(content, name))


def test_lines_that_end_in_a_separator_and_names_of_rows_shift_no_column(write):
    assert _rows(read_table(write("a,b\n1,2,\n3,4,\n"))) == {"a": [1, 3], "b": [2, 4]}
    assert _rows(read_table(write("a,b\nx,1,2\ny,3,4\n"))) == {"Unnamed: 0": ["x", "y"], "a": [1, 3], "b": [2, 4]}


def test_columns_of_one_name_are_told_apart_and_a_target_of_two_refused(write):
    table = read_table(write("a,a ,y\n1,2,3\n4,5,6\n"), "y")
    assert (list(table.rows), table.notes) == (["a", "a.1", "y"], ('several columns are named "a"; the second is "a.1"',))
    with pytest.raises(ValueError, match='it has several columns "a"; rename all but one'):
        read_table(write("a,a ,y\n1,2,3\n"), "a")


def test_rows_without_a_target_do_not_change_its_type(write):
    table = read_table(write("x,y\n1,1\n2,\n3,2\n"), "y")
    assert (table.rows["y"].tolist(), table.rows["y"].dtype, table.rows.index.tolist()) == ([1, 2], "int64", [0, 2])
    assert table.notes == ('1 of 3 rows have no target "y" and are left out',)
    with pytest.raises(ValueError, match='no row has a value of the target "y"'):
        read_table(write("x,y\n1,\n2,\n"), "y")


def test_an_encoding_that_is_given_is_not_looked_for(write):
    assert _rows(read_table(write("a,b\n1,ü\n2,x\n", encoding="utf-16-le"), encoding="utf-16-le"))["b"] == ["ü", "x"]


def test_rows_for_a_model_without_a_format_are_read_as_pandas_reads_them(write):
    rows = read_rows(write("0,1,1,text,code\n5,6,7, ?,012\n8,,9,NA,7\n"), None, {"0": "numeric", "1": "numeric", "text": "text", "code": "text"})
    assert rows["0"].tolist() == [5, 8]
    assert (rows["1"][0], rows["1"].isna().tolist()) == (6, [False, True])
    assert (rows["text"][0], rows["text"].isna().tolist(), rows["code"].tolist()) == (" ?", [False, True], ["012", "7"])


def test_dates_and_units_are_those_of_training(write):
    trained = read_table(write("when,share\n31.01.2024,5%\n01.02.2024,7%\n")).format
    columns = {"when": "text", "share": "numeric"}  # a column of dates that the experiment calls text
    rows = read_rows(write("when,share\n01.02.2024,7%\n", "rows.csv"), trained, columns)
    assert (rows["when"].tolist(), rows["share"].tolist()) == ([pd.Timestamp("2024-02-01")], [7])
    assert read_rows(write("when,share\n01.02.2024,0.07\n", "rows.csv"), trained, columns)["share"].tolist() == ["0.07"]


def test_a_wide_table_is_read_in_little_more_time_than_by_pandas(write):
    path = write("\n".join([",".join(f"c{number}" for number in range(500)), *[",".join(["0.5"] * 500)] * 50]))
    started = time.process_time()
    pd.read_csv(path)
    by_pandas = time.process_time() - started
    started = time.process_time()
    read_table(path)
    assert time.process_time() - started < 20 * by_pandas + 1  # a fifth of it is usual; it was a hundred times


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
    trained = replace(read_table(write("a;b\n1,5;x\n2,25;y\n"), "b").format, target="b")
    columns = {"a": "numeric"}
    assert read_rows(write("a,b\n1.5,x\n", "other.csv"), trained, columns)["a"].tolist() == [1.5]
    assert read_rows(write("b;a\nx;1,5\n", "turned.csv"), trained, columns)["a"].tolist() == [1.5]


@pytest.mark.parametrize(("target", "contents"), [("column_1", ("1,x,5\n", "1,5\n")), (("column_1", "column_3"), ("1,x,5,7\n", "1,5\n"))])
def test_a_file_without_names_may_lack_the_targets(write, target, contents):
    table = read_table(write("1,x,5,7\n2,y,6,\n" if isinstance(target, tuple) else "1,x,5\n2,y,6\n"), [1, -1] if isinstance(target, tuple) else 1)
    assert len(table.rows) == (1 if isinstance(target, tuple) else 2)
    trained = TableFormat.from_dict(json.loads(json.dumps(replace(table.format, target=target).to_dict())))
    columns = {"column_0": "numeric", "column_2": "numeric"}
    for content in contents:
        assert read_rows(write(content, "rows.csv"), trained, columns)[["column_0", "column_2"]].values.tolist() == [[1, 5]]


def test_a_format_is_stored_as_values_that_json_can_write(write):
    form = read_table(write("a;b\n1,5;31.01.2024\n")).format
    assert TableFormat.from_dict(form.to_dict()) == form
