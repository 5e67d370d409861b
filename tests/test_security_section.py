"""The security page's lists of what listens and what is unpickled are those of the code."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "search" / "security.md").read_text(encoding="utf-8")
SOURCES = sorted(path for folder in ("search", "models", "experiments") for path in (ROOT / folder).rglob("*.py"))
UNPICKLING = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "jsonpickle", "read_pickle", "allow_pickle", "Unpickler"}
SERVERS = {"uvicorn", "create_server", "start_server", "serve_forever", "HTTPServer", "ThreadingHTTPServer", "Listener", "BaseManager", "ray"}


@cache
def names_of(source):
    """Return the imported modules, and the names and keyword arguments used in a source; ``allow_pickle=False`` is not counted."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                names |= {part for alias in node.names for part in alias.name.split(".")}
            case ast.ImportFrom(module=module):
                names |= {*(module or "").split("."), *(alias.name for alias in node.names)}
            case ast.Attribute(attr=name) | ast.Name(id=name):
                names.add(name)
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=False)):
                pass
            case ast.keyword(arg=str(name)):
                names.add(name)
    return names


def listed(title):
    """Return the files that the page's table of this title names."""
    [table] = re.findall(rf"^\| {title} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", README, flags=re.M)
    return set(re.findall(r"`((?:search|experiments)/[\w/]+\.py)`", table))


def files_with(*wanted):
    """Return the files that use all names of one of these sets."""
    return {str(path.relative_to(ROOT)) for path in SOURCES if any(names <= names_of(path.read_text(encoding="utf-8")) for names in wanted)}


def test_every_file_that_listens_is_listed():
    assert files_with({"socket", "listen"}, *({name} for name in SERVERS)) == listed("what listens")


def test_nothing_but_what_a_process_sends_to_its_own_child_is_unpickled():
    pickling = files_with(*({name} for name in UNPICKLING))
    assert pickling == {"search/experiment/session_modules.py", "experiments/datasets/memory.py"}  # files of the session itself
    # a pipe unpickles what it receives
    assert files_with({"multiprocessing"}) | pickling == listed("what is unpickled")


def test_the_check_sees_what_it_looks_for():
    for line in (
        "import pickle",
        "from joblib import load",
        "np.load(p, allow_pickle=True)",
        "pd.read_pickle(p)",
        "import multiprocessing.dill as d",
    ):
        assert names_of(line) & UNPICKLING, line
    assert not names_of("np.load(path, allow_pickle=False)") & UNPICKLING
