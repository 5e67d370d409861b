"""The command ``doctor``."""

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import PerceptuneError, ReadOnlyStoreError
from ..redaction import mask, write_unredacted
from .options import Ledger, make_store
from .output import console

if TYPE_CHECKING:
    from ..doctor import Checkup
    from ..store import Store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    study: Annotated[str | None, typer.Argument(help="Name of a study; all of them if not given.")] = None,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    ledger: Ledger = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Check ledger, MLflow and disk for inconsistencies; exit status 1 if any are left unrepaired."""
    from .. import ledger as ledgers
    from ..doctor import check_study

    store = make_store(ledger)
    if study is not None:
        checkups = [check_study(store, study, repair=repair)]
    else:
        checkups = [_check_one_of_many(store, name, repair=repair) for name in ledgers.study_names(store)]
    if as_json:
        write_unredacted(json.dumps(mask([dataclasses.asdict(checkup) for checkup in checkups]), indent=2))
    else:
        for checkup in checkups:
            _print(checkup)
    if any(checkup.left for checkup in checkups):
        raise typer.Exit(1)


def _check_one_of_many(store: "Store", name: str, *, repair: bool) -> "Checkup":
    """Check a study; what keeps it from being checked is a finding, and the other studies are checked."""
    from ..doctor import Checkup, Finding, check_study

    try:
        return check_study(store, name, repair=repair)
    except ReadOnlyStoreError:  # as for all others
        raise
    except (PerceptuneError, OSError) as error:  # a folder that cannot be read or written too
        return Checkup(study=name, left=(Finding("cannot be checked", str(store.study(name).root), str(error)),))


def _print(checkup: "Checkup") -> None:
    if checkup.is_busy:
        console.print(f"{checkup.study}: running in another process; not checked")
    elif not checkup.repaired and not checkup.left:
        console.print(f"{checkup.study}: no problems")
    for finding in checkup.repaired:
        console.print(f"{checkup.study}: {finding.kind}: {finding.subject}: {finding.text}; repaired: {finding.remedy}")
    for finding in checkup.left:
        remedy = f"--repair: {finding.remedy}" if finding.remedy else "cannot be repaired here"
        console.print(f"{checkup.study}: {finding.kind}: {finding.subject}: {finding.text} ({remedy})")
