"""Options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..store import Store


def _complete_study(incomplete: str) -> list[str]:
    """Return the studies of the working directory for the shell's completion, without reading them."""
    from ..store import Store

    folder = Store(ledger="").studies
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []
    return [name for name in names if name.startswith(incomplete)]


Study = Annotated[str, typer.Argument(help="Name of a study.", autocompletion=_complete_study)]

Ledger = Annotated[
    str,
    typer.Option(
        envvar="PERCEPTUNE_LEDGER",
        show_default=False,
        help="Database of the ledgers, such as postgresql+psycopg://user@host/database; a file in each study's folder if not given.",
    ),
]


def make_store(ledger: str) -> "Store":
    """Return the store of the working directory.

    Args:
        ledger: URL of the ledgers' database; empty for files.
    """
    from ..store import Store

    return Store(ledger=ledger)
