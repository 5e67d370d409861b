"""The table of the documented notes: every item, places that exist, and counts that are right."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "experiments" / "NOTES.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if re.match(r"\| \d", line)]
QUOTED = re.compile(r"`([^`]+)`")


def test_all_297_items_are_there_with_a_place_or_a_reason():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 298))
    assert [number for number, _, state, where in ROWS if not where] == []


def test_the_counts_are_those_of_the_table():
    stated = {state.lower(): int(count) for state, count in re.findall(r"\*(\w+)\* (\d+)", TEXT)}
    assert stated == Counter(state for _, _, state, _ in ROWS)


def test_every_file_and_command_that_is_named_exists():
    quoted = {name for *_, where in ROWS for name in QUOTED.findall(where)}
    files = {name for name in quoted if re.search(r"\.(py|toml|md)$", name)}
    assert sorted(name for name in files if not (ROOT / name).is_file()) == []
    commands = {name.split()[1] for name in quoted if name.startswith("perceptune ") and "--debug" not in name}
    known = (ROOT / "search" / "cli" / "README.md").read_text(encoding="utf-8")
    assert sorted(name for name in commands if not re.search(rf"^\|.*`{name} [^|]*\|", known, re.MULTILINE)) == []
    assert (len(files) > 60, len(commands) > 10) == (True, True)


def test_what_works_names_a_file_or_a_command_and_words_that_are_there():
    for number, _, state, where in ROWS:
        names = QUOTED.findall(where)
        files = [ROOT / name for name in names if (ROOT / name).is_file()]
        assert state != "works" or files or any(name.startswith("perceptune ") for name in names), number
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        words = {word for name in names if not re.search(r"[/]|perceptune", name) for word in re.findall(r"[a-z]\w+", name)}
        assert [word for word in words if files and word not in text] == [], number
