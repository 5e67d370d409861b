"""Stores whose files are damaged, removed or something else; tables to predict that do not fit the champion."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.inputs.malformed import DEEP, LONG, Content, Malformed, rng
from tests.test_earlier_version import ROWS, unpack

JOURNAL = "mlruns/studies/old_study/journal.log"
DATABASE = "mlruns/mlflow.db"
PREDICT = ("predict", "old_study", "--input", "rows.csv", "--output", "out.csv")
HEADER, *LINES = ROWS.splitlines(keepends=True)


def _replace(content: Content) -> Callable[[Path], object]:
    """Return a function that replaces a file by something else."""

    def replace(path: Path) -> None:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return replace


def _edit(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


JOURNALS: dict[str, Callable[[Path], object]] = {
    "a text": _replace("not a journal\n"),
    "zeros": _replace(bytes(LONG)),
    "a list": _replace("[1, 2]\n"),
    "an unknown operation": _replace('{"op_code": 99, "worker_id": "a"}\n'),
    "without an operation": _replace("{}\n"),
    "a number of many digits": _replace(f'{{"op_code": {"9" * LONG}}}\n'),
    "nested deeply": _replace(f"{'[' * 100 * DEEP}\n"),
    "a folder": _replace(lambda path: path.mkdir()),
    "a loop of links": _replace(lambda path: path.symlink_to(path)),
    "its first line removed": _edit(lambda content: content.partition(b"\n")[2]),
    "a line in the middle damaged": _edit(lambda content: content.replace(b'{"op', b"#", 5).replace(b"#", b'{"op', 4)),
    "its lines in reverse": _edit(lambda content: b"".join(reversed(content.splitlines(keepends=True)))),
    "a byte of no text": _edit(lambda content: content[:200] + b"\xff\xfe" + content[200:]),
    "another file's": _replace(b"SQLite format 3\x00" + bytes(LONG)),
}
TABLES: dict[str, tuple[Content, str]] = {
    "empty": ("", "rows.csv"),
    "only a header": (HEADER, "rows"),
    "zeros": (bytes(LONG), "rows.csv"),
    "without a column": (ROWS.replace("sepal_width", "width"), "sepal_width"),
    "text in place of a number": (HEADER + "5.1,wide,1.4,0.2\n", "sepal_width"),
    "infinite": (HEADER + "5.1,inf,1.4,0.2\n", "sepal_width"),
    "long text": (HEADER + f"5.1,{'w' * LONG},1.4,0.2\n", "sepal_width"),
    "longer rows": (ROWS + "1,2,3,4,5,6\n", "rows.csv"),
    "HTML": ("<html><body>404</body></html>\n", "rows.csv"),
    "many columns": (",".join(f"a{number}" for number in range(LONG // 50)) + "\n" + "1," * (LONG // 10) + "1\n", "sepal_length"),
    "a folder": (lambda path: path.mkdir(), "rows.csv"),
}
LAYERS = {
    "an absent layer": (("weights", "old_study", "absent"), '"absent"'),
    "a long layer": (("weights", "old_study", "l" * LONG), "lll"),
    "an absent layer's outputs": (("outputs", "old_study", "absent", "--input", "rows.csv", "--output", "out.npz"), '"absent"'),
}
OUTPUTS = {
    "trials into a folder": (("trials", "old_study", "--csv", "."), "is a folder"),
    "trials into an absent folder": (("trials", "old_study", "--csv", "absent/trials.csv"), "absent"),
    "trials into a long name": (("trials", "old_study", "--csv", "t" * LONG), "ttt"),
    "trials into a full disk": (("trials", "old_study", "--csv", "/dev/full"), "no space left"),
    "trials into a file as a folder": (("trials", "old_study", "--csv", "rows.csv/trials.csv"), "rows.csv"),
    "a model into another kind": (("export", "old_study", "model.hdf5"), ".keras"),
    "a model into an absent folder": (("export", "old_study", "absent/model.keras"), "absent"),
    "a picture into an absent folder": (("picture", "old_study", "absent/model.svg"), "absent"),
    "predictions over the rows": (("predict", "old_study", "--input", "rows.csv", "--output", "rows.csv"), "rows.csv"),
    "predictions into a folder": (("predict", "old_study", "--input", "rows.csv", "--output", "mlruns"), "mlruns"),
}
CHANGED = {
    "another space": ("space.model.n_hidden=1", "--fresh"),
    "another objective": ("objective.metric=val_loss", "--fresh"),
    "another loader": ("data.loader=experiments.datasets:wine", "--fresh"),
}
DATABASES: dict[str, Callable[[Path], object]] = {
    "a text": _replace("not a database\n" * LONG),
    "zeros": _replace(bytes(LONG)),
    "a folder": _replace(lambda path: path.mkdir()),
    "cut": _edit(lambda content: content[: len(content) // 3]),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    for name, damage in {**JOURNALS, **_damaged()}.items():
        for command in ("show", "trials"):
            yield _stored(f"{command}: a ledger that is {name}", "old_study", {JOURNAL: damage}, command, "old_study")
    for command in ("best", "report"):
        yield _stored(f"{command}: a ledger that is a text", "old_study", {JOURNAL: JOURNALS["a text"]}, command, "old_study")
    for name, (content, says) in TABLES.items():
        yield _stored(f"rows that are {name}", says, {"rows.csv": _replace(content)}, *PREDICT)
    for name, (words, says) in {**LAYERS, **OUTPUTS}.items():
        yield _stored(name, says, {"rows.csv": ROWS}, *words)
    for name, (override, says) in CHANGED.items():
        yield _stored(f"a study continued with {name}", says, {}, "run", "old_study.toml", "--set", override)
    for name, damage in DATABASES.items():
        yield _stored(f"predict: a tracking store that is {name}", "", {DATABASE: damage}, *PREDICT)
    for part in ("studies", "."):
        yield _stored(f"a file in place of {part}", "mlruns", {f"mlruns/{part}": _replace("a file")}, "show", "old_study")


def _damaged() -> dict[str, Callable[[Path], object]]:
    """Return ledgers with a line in the middle that is cut at a random place."""
    random = rng("ledgers")

    def cut(at: float) -> Callable[[Path], object]:
        def change(content: bytes) -> bytes:
            start = int(len(content) * at)
            return content[:start] + content[content.index(b"\n", start) :]

        return _edit(change)

    return {f"cut at {at:.2f}": cut(at) for at in (random.uniform(0.05, 0.9) for _ in range(6))}


def _stored(name: str, says: str, files: dict[str, Content], *words: str) -> Malformed:
    """Return an input in the folder of an earlier version's studies."""
    return Malformed(name, says, {".unpacked": lambda path: unpack(path.parent), "rows.csv": ROWS, **files}, words)
