"""The live view of a study in a notebook's cell: that of a terminal, drawn as HTML."""

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from ..cli.live_view import LiveObserver
from ..cli.progress import make_observer
from ..experiment.file import Experiment
from ..study.observer import Observer, SilentObserver

_WIDTH, _HEIGHT = 140, 40
"""Characters of the view."""
_SECONDS = 0.5
"""Between two drawings."""
_FORMAT = '<pre style="font-family:monospace;line-height:1.25;font-size:12px;overflow-x:auto">{code}</pre>'
_THEME = TerminalTheme(
    (255, 255, 255),
    (36, 41, 46),
    [(36, 41, 46), (203, 36, 49), (27, 128, 60), (154, 103, 0), (9, 105, 218), (130, 80, 223), (10, 112, 130), (110, 119, 129)],
)


@contextlib.contextmanager
def shown_progress(experiment: Experiment, *, is_shown: bool) -> Iterator[Observer]:
    """Yield the observer that fits the place: a notebook's cell, a terminal, or a file.

    Args:
        experiment: The study's experiment.
        is_shown: Whether anything is shown.
    """
    if not is_shown:
        yield SilentObserver()
    elif is_notebook():
        with _shown_in_cell(experiment) as observer:
            yield observer
    else:
        with make_observer(experiment) as observer:
            yield observer


def is_notebook() -> bool:
    """Return whether this code runs in a cell of a notebook, and not in a script or a shell."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


@contextlib.contextmanager
def _shown_in_cell(experiment: Experiment) -> Iterator[Observer]:
    from IPython.display import display

    notes = io.StringIO()
    view = LiveObserver(experiment, Console(file=notes, width=_WIDTH, force_jupyter=False))
    page: Any = display(_Page(view, notes), display_id=True)  # type: ignore[no-untyped-call]
    is_over = threading.Event()

    def refresh() -> None:
        while not is_over.wait(_SECONDS):
            page.update(_Page(view, notes))

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    try:
        yield view
        view.on_stage("Finished")
    finally:
        is_over.set()
        thread.join()
        view.print_failures()
        page.update(_Page(view, notes))


class _Page:
    """The view at a moment, below what was printed.

    Args:
        view: The state of the study.
        notes: What was printed so far.
    """

    def __init__(self, view: LiveObserver, notes: io.StringIO) -> None:
        console = Console(
            record=True, file=io.StringIO(), width=_WIDTH, height=_HEIGHT, force_terminal=True, color_system="standard", force_jupyter=False
        )
        if printed := notes.getvalue().strip():
            console.print(printed, markup=False, highlight=False)
        console.print(view)
        self._text = console.export_text(clear=False)
        self._html = console.export_html(theme=_THEME, code_format=_FORMAT, inline_styles=True)

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        """Return the view for notebooks."""
        return self._html
