"""Tables that cannot be read, hold too little, or do not fit their experiment; arguments of the loader that do not fit the table."""

import bz2
import gzip
import lzma
import os
from collections.abc import Iterator

from tests.inputs.malformed import LONG, TABLE, WIDE, Malformed, changed, rng

HEADER, *ROWS = TABLE.splitlines(keepends=True)
NAME = "n" * LONG


def _zip(_names):
    import io
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in _names:
            archive.writestr(name, TABLE)
    return held.getvalue()


FILES = {
    "empty": "",
    "only blanks": "  \n \n",
    "only a header": HEADER,
    "one row": HEADER + ROWS[0],
    "two rows": HEADER + "".join(ROWS[:2]),
    "one column": "y\n" + "yes\nno\n" * 30,
    "without the target": TABLE.replace("y\n", "z\n", 1),
    "zeros": bytes(LONG),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "HTML": "<!doctype html>\n<html><body><h1>404</h1>\n</body></html>\n",
    "JSON": '{"x": [1, 2], "y": ["yes", "no"]}\n',
    "the target in one class": HEADER + "".join(row.replace("no", "yes") for row in ROWS),
    "the target with a rare class": TABLE + "1,a,maybe\n",
    "the target of gaps": HEADER + "".join(row.rpartition(",")[0] + ",\n" for row in ROWS),
    "longer rows": HEADER + "".join(ROWS) + "1,2,3,4,5,6\n",
    "an open quotation mark": HEADER + ROWS[0] + '"1,a,yes\n' + "".join(ROWS),
    "the target twice": TABLE.replace("x,", "y,", 1),
    "infinite numbers": TABLE + "inf,a,yes\n" * 9,
    "all features gaps": HEADER + "".join(f",,{row.split(',')[-1]}" for row in ROWS),
    "two hundred thousand columns": ",".join(["a"] * WIDE) + "\n",
    "many columns without the target": ",".join(f"a{number}" for number in range(LONG // 50)) + "\n" + ",".join("1" * (LONG // 10)) + "\n",
    "long names of columns": HEADER.replace("x", NAME).replace("y", NAME + "2") + "".join(ROWS),
    "one long line": "a" * WIDE,
}
ARGUMENTS = {
    "no path": ({"data.path": None}, "path"),
    "no target": ({"data.target": None}, "target"),
    "an absent file": ({"data.path": '"absent.csv"'}, "absent.csv"),
    "an empty path": ({"data.path": '""'}, "file"),
    "a path that is a number": ({"data.path": "7"}, "path"),
    "a path that is a list": ({"data.path": '["table.csv"]'}, "path"),
    "a path that is a table": ({"data.path": '{ a = "table.csv" }'}, "path"),
    "a long path": ({"data.path": f'"{NAME}"'}, "nnn"),
    "a path of many folders": ({"data.path": f'"{"a/" * LONG}"'}, "a/a"),
    "a path with a zero": ({"data.path": '"a\\u0000b"'}, "data"),
    "a path that is a folder": ({"data.path": '"."'}, '"."'),
    "a path that is an address": ({"data.path": '"https://example.org/table.csv"'}, "example.org"),
    "a path of an unset variable": ({"data.path": '"env:NOT_SET_HERE"'}, "NOT_SET_HERE"),
    "an unknown target": ({"data.target": '"z"'}, '"z"'),
    "a long unknown target": ({"data.target": f'"{NAME}"'}, "nnn"),
    "a target beyond the columns": ({"data.target": "9"}, "column number 9"),
    "a target far beyond the columns": ({"data.target": f"-{2**62}"}, "column number"),
    "a target that is true": ({"data.target": "true"}, "target"),
    "a target that is a fraction": ({"data.target": "0.5"}, "target"),
    "a target twice": ({"data.target": '["y", "y"]'}, "target"),
    "an unknown argument": ({"data.seperator": '";"'}, 'did you mean "separator"'),
    "a long unknown argument": ({f"data.{NAME}": "1"}, "nnn"),
    "an unknown task": ({"data.task": '"binry"'}, "binry"),
    "a task that is a list": ({"data.task": '["binary"]'}, "task"),
    "text as regression": ({"data.task": '"regression"'}, "target"),
    "numbers as two classes": ({"data.task": '"binary"', "data.target": '"x"', "data.stratify": "false"}, "class"),
    "drop that is text": ({"data.drop": '"x"'}, 'write drop = ["x"]'),
    "drop of an unknown column": ({"data.drop": '["z"]'}, '"z"'),
    "drop of the target": ({"data.drop": '["y"]'}, "drop"),
    "drop of all features": ({"data.drop": '["x", "letter"]'}, "feature"),
    "drop of a table": ({"data.drop": "[{ a = 1 }]"}, "drop"),
    "an empty separator": ({"data.separator": '""'}, "separator"),
    "a separator that is a number": ({"data.separator": "5"}, "separator"),
    "a separator that is a wrong pattern": ({"data.separator": '"((("'}, "table.csv"),
    "a separator that is not there": ({"data.separator": '";"'}, "table.csv"),
    "a line end as a separator": ({"data.separator": '"\\n"'}, "table.csv"),
    "header that is text": ({"data.header": '"no"'}, "header"),
    "no header where there is one": ({"data.header": "false"}, "header"),
    "a long comment": ({"data.comment": '"##"'}, "comment"),
    "a comment that is a number": ({"data.comment": "1"}, "comment"),
    "an unknown decimal": ({"data.decimal": '"x"'}, "decimal"),
    "an unknown encoding": ({"data.encoding": '"utf-9"'}, "utf-9"),
    "a wrong encoding": ({"data.encoding": '"utf-16"'}, "utf-16"),
    "an encoding that is none of text": ({"data.encoding": '"base64"'}, "base64"),
    "a long quotation mark": ({"data.quote": '"ab"'}, "quot"),
    "an empty quotation mark": ({"data.quote": '""'}, "quot"),
    "na_values that is text": ({"data.na_values": '"-"'}, "na_values"),
    "na_values of tables": ({"data.na_values": "[{ a = 1 }]"}, "na_values"),
    "sizes that leave nothing": ({"data.validation_size": "0.5", "data.test_size": "0.5"}, "sum below 1"),
    "a negative size": ({"data.test_size": "-0.2"}, "test_size"),
    "a size of rows": ({"data.test_size": "30"}, "test_size"),
    "a size that is nan": ({"data.test_size": "nan"}, "test_size"),
    "a tiny size": ({"data.test_size": "1e-9"}, "too few rows"),
    "a size that is text": ({"data.test_size": '"a fifth"'}, "test_size"),
    "a negative seed": ({"data.seed": "-1"}, "seed"),
    "a huge seed": ({"data.seed": str(2**40)}, "seed"),
    "a seed that is text": ({"data.seed": '"today"'}, "seed"),
    "stratify that is text": ({"data.stratify": '"yes"'}, "stratify"),
    "a positive class that is none": ({"data.positive": '"maybe"'}, "maybe"),
    "a positive class that is a list": ({"data.positive": '["yes"]'}, "positive"),
    "a long positive class": ({"data.positive": f'"{NAME}"'}, "positive"),
}
SUFFIXES = {
    "table.csv.gz": TABLE,
    "cut.csv.gz": gzip.compress(TABLE.encode())[:-20],
    "table.csv.bz2": TABLE,
    "cut.csv.bz2": bz2.compress(TABLE.encode())[:-9],
    "table.csv.xz": TABLE,
    "cut.csv.xz": lzma.compress(TABLE.encode())[:-9],
    "table.zip": TABLE,
    "empty.zip": _zip([]),
    "two.zip": _zip(["a.csv", "b.csv"]),
    "cut.zip": _zip(["a.csv"])[:-30],
    "table.parquet": TABLE,
    "empty.parquet": b"",
    "cut.parquet": b"PAR1" + bytes(100),
    "ends.parquet": b"PAR1" + bytes(8) + b"PAR1",
    "folder.csv": lambda path: path.mkdir(),
    "loop.csv": lambda path: path.symlink_to(path),
    "nowhere.csv": lambda path: path.symlink_to("nothing"),
    "pipe.csv": os.mkfifo,
    "table.xlsx": b"PK\x03\x04" + bytes(range(256)),
    "table.npy": b"\x93NUMPY\x01\x00" + bytes(100),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    for name, content in FILES.items():
        yield changed(f"the table is {name}", "", {}, content)
    for name, (changes, says) in ARGUMENTS.items():
        yield changed(name, says, changes)
    for name, content in SUFFIXES.items():
        given = changed(f"the table is {name}", name, {"data.path": f'"{name}"'})
        yield Malformed(given.name, given.says, {**given.files, name: content})
    yield from _damaged()


def _damaged() -> Iterator[Malformed]:
    """Yield tables with a zero at random places."""
    random, content = rng("tables"), TABLE.encode()
    for at in sorted(random.sample(range(len(content)), 5)):
        yield changed(f"a zero at {at}", "table.csv", {}, content[:at] + b"\0" + content[at:])
