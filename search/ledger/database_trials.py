"""Reads Optuna's trials from its tables with one query per table.

Optuna's own function builds an object for every row, which takes several times as long for thousands of trials. This file
writes nothing.
"""

import functools
import json
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from optuna.distributions import json_to_distribution
from optuna.storages._rdb.models import (
    StudyModel,
    TrialIntermediateValueModel,
    TrialModel,
    TrialParamModel,
    TrialSystemAttributeModel,
    TrialUserAttributeModel,
    TrialValueModel,
)
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState
from sqlalchemy import Connection, or_, select

_Rows = Mapping[int, list[Any]]  # by the trial's id

_to_distribution = functools.lru_cache(maxsize=1024)(json_to_distribution)  # trials share their search space
_to_value = TrialValueModel.stored_repr_to_value
_to_intermediate_value = TrialIntermediateValueModel.stored_repr_to_intermediate_value


def read_trials(connection: Connection, study_id: int, states: Container[OptunaState] | None, ids: set[int], above: int) -> list[FrozenTrial]:
    """Read trials of a study.

    Args:
        connection: A connection to Optuna's database.
        study_id: Optuna's id of the study.
        states: Only trials in these states are read; None for all.
        ids: Ids of trials to read besides those above ``above``.
        above: Trials with a larger id than this are all read; -1 for the whole study.

    Returns:
        The trials in the order of their ids, as Optuna reads them.

    Raises:
        KeyError: If the study does not exist.
    """
    if connection.scalar(select(StudyModel.study_id).where(StudyModel.study_id == study_id)) is None:
        raise KeyError(f"There is no study with the number {study_id}")
    chosen = (TrialModel.study_id == study_id) & or_(TrialModel.trial_id > above, TrialModel.trial_id.in_(ids))
    if states is not None:
        chosen &= TrialModel.state.in_([state for state in OptunaState if state in states])
    columns = TrialModel.trial_id, TrialModel.number, TrialModel.state, TrialModel._datetime_start_utc, TrialModel._datetime_complete_utc
    # Read a trial's other rows after its state: those of a finished trial were written before its state.
    trials = connection.execute(select(*columns).where(chosen).order_by(TrialModel.trial_id)).all()
    return _with_their_rows(connection, trials, chosen) if trials else []


def _with_their_rows(connection: Connection, trials: Sequence[Any], chosen: Any) -> list[FrozenTrial]:
    params = _rows_of(connection, chosen, TrialParamModel, "param_name", "param_value", "distribution_json")
    values = _rows_of(connection, chosen, TrialValueModel, "objective", "value", "value_type")
    intermediate = _rows_of(connection, chosen, TrialIntermediateValueModel, "step", "intermediate_value", "intermediate_value_type")
    user_attrs = _rows_of(connection, chosen, TrialUserAttributeModel, "key", "value_json")
    system_attrs = _rows_of(connection, chosen, TrialSystemAttributeModel, "key", "value_json")
    return [
        FrozenTrial(
            number=number,
            state=state,
            value=None,
            values=[_to_value(value, kind) for _, _, value, kind in sorted(values[trial_id], key=lambda row: row.objective)] or None,
            datetime_start=_to_local(start),
            datetime_complete=_to_local(complete),
            params={name: _to_distribution(text).to_external_repr(value) for _, name, value, text in params[trial_id]},
            distributions={name: _to_distribution(text) for _, name, _, text in params[trial_id]},
            user_attrs={key: json.loads(text) for _, key, text in user_attrs[trial_id]},
            system_attrs={key: json.loads(text) for _, key, text in system_attrs[trial_id]},
            intermediate_values={step: _to_intermediate_value(value, kind) for _, step, value, kind in intermediate[trial_id]},
            trial_id=trial_id,
        )
        for trial_id, number, state, start, complete in trials
    ]


def _rows_of(connection: Connection, chosen: Any, model: Any, *columns: str) -> _Rows:
    """Read the rows of a table that belong to trials, in the order in which they were written."""
    [key] = model.__table__.primary_key
    query = select(model.trial_id, *(getattr(model, column) for column in columns)).join(model.trial).where(chosen).order_by(key)
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query).all():
        rows[row[0]].append(row)
    return rows


def _to_local(utc: datetime | None) -> datetime | None:
    """Convert a stored UTC time to the naive local time of Optuna's trials."""
    return None if utc is None else utc.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
