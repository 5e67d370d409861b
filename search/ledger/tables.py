"""The table of leases that this project adds to a ledger's database, and the database's clock, by which leases expire."""

from typing import Any

from sqlalchemy import Column, Double, Engine, Integer, MetaData, String, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

_TABLES = MetaData()
LEASES = Table(
    "perceptune_leases",
    _TABLES,
    Column("study_id", Integer, primary_key=True, autoincrement=False),
    Column("task", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("expires", Double, nullable=False),  # seconds since 1970, by the database's clock
)


class Now(FunctionElement[float]):
    """The database's clock, in seconds since 1970."""

    type = Double()
    inherit_cache = True


@compiles(Now, "postgresql")
def _now_of_postgresql(*_: Any, **__: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())"


@compiles(Now, "sqlite")
def _now_of_sqlite(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


def create_tables(engine: Engine) -> None:
    """Create the table of leases if it is missing; only one process may do so at a time."""
    _TABLES.create_all(engine)
