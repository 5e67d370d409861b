"""Nothing secret is written to MLflow: neither to a run nor to an artifact."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from search.experiment.file import parse_experiment
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.mlflow_tracker import MlflowTracker
from search.trial import Assignment, Failure, TrialResult, TrialState
from tests.search.tracking.conftest import EXPERIMENT

URL = "postgresql://ada:s3cr3t-of-ada@db.lab.org/rows?sslpassword=s3cr3t-of-ada"


def test_a_data_sets_address_is_tracked_without_its_password(tmp_path: Path, record: StudyRecord, assign: Callable[..., Assignment]) -> None:
    data = {"loader": "experiments.datasets:sql", "url": URL, "tables": {"name": URL}}
    experiment = parse_experiment(EXPERIMENT | {"name": "secrets", "data": data}, "the test")
    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", tmp_path / "artifacts")
    tracker.start_study(replace(record, experiment=experiment))
    tracker.start_trial(replace(assign(0), params={"source": URL}, model_arguments={"source": URL}))
    tracker.finish_trial(TrialResult(number=0, state=TrialState.FAILED, failure=Failure.ERROR, reason=f"ConnectionError: {URL} refuses"))
    tracker.finish_study(StudyOutcome(is_complete=True, n_by_state={"FAILED": 1}, best_trial=0, best_params={"source": URL}, best_value=0.5))
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(b"db.lab.org" in content for path, content in files.items() if path.name.startswith("mlflow.db"))
    assert [path for path, content in files.items() if b"s3cr3t" in content] == []
