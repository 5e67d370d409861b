"""Tables of several studies."""

import contextlib
from dataclasses import asdict

import pandas as pd

from .. import ledger as ledgers
from ..store import Store
from ..study.facts import merged, study_facts
from ..study.overview import overview_of


def studies(store: Store | None = None) -> pd.DataFrame:
    """Return a row per study: state, start, duration, trials, objective, best value, test value, registered model.

    Args:
        store: The local store. Defaults to ``mlruns/`` in the working directory.
    """
    store, rows = store or Store(), []
    for name in ledgers.study_names(store):
        with contextlib.closing(ledgers.read(store, name)) as view:
            found = asdict(overview_of(view, is_running=ledgers.is_running(store, name)))
            rows.append(found | {"started": found["started"] and found["started"].replace(microsecond=0)})
    return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame()


def compare(*names: str, store: Store | None = None) -> pd.DataFrame:
    """Return what was searched in studies, how, and their best trials: a column per study.

    Args:
        *names: The studies' names.
        store: The local store. Defaults to ``mlruns/`` in the working directory.

    Raises:
        StudyNotFoundError: If a study does not exist.
    """
    facts: dict[str, dict[str, str]] = {}
    for name in names:
        with contextlib.closing(ledgers.read(store or Store(), name)) as view:
            facts[name] = study_facts(view)
    order: list[str] = []
    for of_study in facts.values():
        order = merged(order, list(of_study))
    return pd.DataFrame(facts, index=order).fillna("").rename(index=str.strip)
