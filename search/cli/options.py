"""Options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..store import Store

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
