"""Environment variables that name nothing, or something else than they should."""

from collections.abc import Iterator

from tests.inputs.malformed import LONG, RUN, TABLE, Malformed, experiment

NAME = "n" * LONG
COMMANDS = {
    "run": RUN,
    "show": ("show", "given"),
    "studies": ("studies",),
    "predict": ("predict", "given", "--input", "table.csv", "--output", "o.csv"),
}
LEDGERS = {
    "a name": "nowhere",
    "a path": "/nowhere/at/all",
    "an unknown kind": "oracle://host/a",
    "a server that refuses": "postgresql+psycopg://me:pass-word@127.0.0.1:1/absent",
    "a port that is none": "postgresql+psycopg://127.0.0.1:port/absent",
    "a large port": "postgresql+psycopg://127.0.0.1:99999999/absent",
    "an address of blanks": "postgresql+psycopg://a b c/d",
    "an open bracket": "postgresql+psycopg://[::1/absent",
    "long": NAME,
    "a long address": f"postgresql+psycopg://127.0.0.1:1/{NAME}",
    "a driver that is absent": "postgresql+nothing://127.0.0.1:1/a",
}
STORES = {
    "a folder": "mlruns",
    "an absolute folder": "/nowhere/at/all",
    "a file's address": "file:///nowhere/at/all",
    "SQLite without a file": "sqlite:///",
    "SQLite in memory": "sqlite://",
    "a SQLite folder": "sqlite:///.",
    "a word": "nothing",
    "a long word": NAME,
    "a drive": "C:\\mlruns",
}
SERVERS = {
    "a server that refuses": "http://127.0.0.1:1",
    "a port that is none": "http://127.0.0.1:port",
    "a large port": "http://127.0.0.1:99999999",
    "a database that refuses": "postgresql://me:pass-word@127.0.0.1:1/absent",
    "an unknown kind": "gopher://127.0.0.1:1/a",
    "an open bracket": "http://[::1",
    "a text file": "sqlite:///table.csv",
    "a long SQLite file": f"sqlite:///{NAME}",
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    for name, value in LEDGERS.items():
        for command in ("run", "show", "studies"):
            yield _given(f"PERCEPTUNE_LEDGER is {name}: {command}", "", COMMANDS[command], PERCEPTUNE_LEDGER=value)
    for name, value in STORES.items():
        yield _given(f"MLFLOW_TRACKING_URI is {name}: run", "mlflow_tracking_uri", RUN, MLFLOW_TRACKING_URI=value)
    for name, value in {**STORES, **SERVERS}.items():
        yield _given(f"MLFLOW_TRACKING_URI is {name}: predict", "", COMMANDS["predict"], MLFLOW_TRACKING_URI=value)
    for name, value in {"an absent folder": "/nowhere", "long": NAME, "a file": "table.csv", "a zero's name": "a\tb"}.items():
        changes = {"data.path": '"absent.csv"'}
        yield _given(f"PERCEPTUNE_DATA is {name}", "data", RUN, changes, PERCEPTUNE_DATA=value)
    for name, value in {"short": "abc", "of blanks": "a b c d e f g h i j k l", "long and odd": "ä" * LONG}.items():
        yield _given(f"PERCEPTUNE_UI_TOKEN is {name}", "perceptune_ui_token", ("ui", "--token"), PERCEPTUNE_UI_TOKEN=value)
    for name, value in {"empty": "", "long": NAME, "of lines": "a\nb\n"}.items():
        changes = {"data.path": '"env:OWN_PATH"'}
        yield _given(f"a variable that is {name}", "", RUN, changes, OWN_PATH=value)


def _given(name: str, says: str, words: tuple[str, ...], changes: dict[str, str | None] | None = None, **variables: str) -> Malformed:
    return Malformed(name, says, {"given.toml": experiment(changes), "table.csv": TABLE}, words, variables)
