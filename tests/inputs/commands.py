"""Words of the command line that are unknown, of another type or absurd; outputs that cannot be written."""

from collections.abc import Iterator

from tests.inputs.malformed import DEEP, LONG, TABLE, Malformed, experiment

NAME, NUMBER = "n" * LONG, "9" * LONG
STUDY_COMMANDS = {
    "show": (),
    "best": (),
    "trials": (),
    "report": (),
    "summary": (),
    "doctor": (),
    "export": ("model.keras",),
    "promote": (),
    "picture": ("model.svg",),
    "weights": ("dense",),
    "compare": ("absent",),
    "history": ("0",),
    "evaluate": (),
    "rename": ("other",),
    "delete": ("--yes",),
    "predict": ("--input", "table.csv", "--output", "out.csv"),
    "outputs": ("dense", "--input", "table.csv", "--output", "out.npz"),
}
NAMES = {"absent": "absent", "a path": "../absent", "long": NAME, "odd": "\x1b[31mred\n", "a folder": ".", "empty": ""}
RUN_OPTIONS = {
    "--trials": ("many", "0", "-3", "1.5", NUMBER, ""),
    "--timeout-seconds": ("soon", "0", "-1", "nan", "inf"),
    "--sampler": ("", "tep", "'", '"', NAME, "a:b:c", "x'\ny"),
    "--pruner": ("", "medain", "'", NAME, "a b"),
    "--executor": ("", "worker", "'", NAME),
    "--workers": ("0", "-1", "many", NUMBER, "1.5"),
    "--workers-per-device": ("0", "all", NUMBER),
    "--study": ("", " ", "a/b", ".", "-", "given.1", NAME + "/", "ä", "a b"),
    "--set": (
        "",
        "=",
        "search",
        "search.n_trials",
        "search.n_trials=",
        "search..n_trials=1",
        ".=1",
        "model.a=1",
        f"search.n_trials={NUMBER}",
        f"search.seed={'[' * DEEP}{']' * DEEP}",
        f"{'a.' * DEEP}b=1",
        f"{NAME}=1",
        f"model={NAME}",
        "search.n_trials=[1",
        "space.model={a=1",
        "data=7",
        "search=[]",
    ),
    "--ledger": ("nowhere", "postgresql+psycopg://127.0.0.1:1/absent", "oracle://host/a", NAME),
}
WORDS = {
    "no experiment": (("run",), "experiment"),
    "an absent experiment": (("run", "absent.toml"), "absent.toml"),
    "an absent name": (("run", "absent"), "absent"),
    "a long experiment": (("run", NAME), "nnn"),
    "a path of many folders": (("run", "a/" * LONG + "b.toml"), "a/a"),
    "a zero in a name": (("run", "a\0b"), "experiment"),
    "an empty experiment": (("run", ""), "experiment"),
    "two experiments": (("run", "given.toml", "given.toml"), "given.toml"),
    "an unknown option": (("run", "given.toml", "--trial", "3"), "--trial"),
    "an unknown short option": (("run", "given.toml", "-n", "3"), "-n"),
    "an option without its value": (("run", "given.toml", "--trials"), "--trials"),
    "a long option": (("run", "given.toml", f"--{NAME}"), "nnn"),
    "an unknown command": (("ran", "given.toml"), "ran"),
    "a long command": ((NAME,), "nnn"),
    "a table as an experiment": (("run", "table.csv"), "table.csv"),
    "data of an absent experiment": (("data", "absent.toml"), "absent.toml"),
    "data of a bad value": (("data", "given.toml", "--set", "data.path=absent.csv"), "absent.csv"),
    "an absent input": (("predict", "a", "--input", "absent.csv", "--output", "out.csv"), "absent.csv"),
    "an input of an unknown kind": (("predict", "a", "--input", "given.toml", "--output", "out.csv"), "given.toml"),
    "an input that is a folder": (("predict", "a", "--input", ".", "--output", "out.csv"), '"."'),
    "an output of an unknown kind": (("predict", "a", "--input", "table.csv", "--output", "out.txt"), "out.txt"),
    "an output in an absent folder": (("predict", "a", "--input", "table.csv", "--output", "absent/out.csv"), "absent"),
    "a long output": (("predict", "a", "--input", "table.csv", "--output", f"{NAME}.csv"), "nnn"),
    "no output": (("predict", "a", "--input", "table.csv"), "--output"),
    "a layer's output of an unknown kind": (("outputs", "a", "b", "--input", "table.csv", "--output", "out.txt"), "out.txt"),
    "weights in an absent folder": (("weights", "a", "b", "--output", "absent/out.csv"), "absent"),
    "a picture of an unknown kind": (("picture", "a", "out.png"), "out.png"),
    "a picture in an absent folder": (("picture", "a", "absent/out.svg"), "absent"),
    "a picture that is a long name": (("picture", "a", f"{NAME}.svg"), "nnn"),
    "a version of 0": (("promote", "a", "0"), "VERSION"),
    "a version that is text": (("promote", "a", "first"), "VERSION"),
    "a large version": (("promote", "a", NUMBER), "a"),
    "a port of 0": (("ui", "--port", "0"), "--port"),
    "a port that is text": (("ui", "--port", "http"), "--port"),
    "a large port": (("ui", "--port", NUMBER), "--port"),
    "a host that is none": (("ui", "--host", "0.0.0.0"), "0.0.0.0"),
    "a host of others without a token": (("ui", "--host", "example.org"), "example.org"),
    "a long host": (("ui", "--host", NAME, "--token"), "nnn"),
}


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    for name, (words, says) in WORDS.items():
        yield _command(name, says, *words)
    for option, values in RUN_OPTIONS.items():
        for value in values:
            yield _command(f"{option} {value[:20]!r} of {len(value)}", "", "run", "given.toml", option, value)
    for command, further in STUDY_COMMANDS.items():
        for name, study in NAMES.items():
            yield _command(f"{command}: a study that is {name}", "", command, study, *further)


def _command(name: str, says: str, *words: str) -> Malformed:
    return Malformed(name, says, {"given.toml": experiment(), "table.csv": TABLE}, words)
