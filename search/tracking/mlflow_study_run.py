"""Creates the MLflow run of a study, or resumes it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..experiment.file import to_toml_file
from ..redaction import redact
from ..temporary_files import temporary_prefix
from . import descriptions
from .base import StudyRecord
from .mlflow_batches import Batch, write
from .mlflow_dataset import dataset_inputs
from .mlflow_lookup import find_or_create_experiment
from .provenance import Provenance

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


def create_study_run(client: "MlflowClient", record: StudyRecord, provenance: Provenance, location: str | None) -> "Run":
    """Create the run of a study with its params, tags and data set.

    Args:
        client: MLflow's client.
        record: The study.
        provenance: The code and the machine.
        location: Artifact URI of a new MLflow experiment; None lets the server choose.

    Returns:
        The run.
    """
    experiment_id = find_or_create_experiment(client, record.experiment.name, location)
    tags = descriptions.user_tags() | descriptions.study_tags(record, provenance)
    run = client.create_run(experiment_id, run_name=record.study, tags=tags)
    write(client, run.info.run_id, Batch(params=descriptions.study_params(record)))
    if inputs := dataset_inputs(record):
        client.log_inputs(run.info.run_id, inputs)
    return run


def resume_study_run(client: "MlflowClient", run: "Run", record: StudyRecord, provenance: Provenance) -> "Run":
    """Reopen the run of a study and tag what has changed.

    Args:
        client: MLflow's client.
        run: The run.
        record: The study.
        provenance: The code and the machine from now on.

    Returns:
        The run.
    """
    is_ours = run.info.run_name == run.data.tags.get("perceptune.study")  # else a person has named it
    client.update_run(run.info.run_id, status="RUNNING", name=record.study if is_ours else None)
    params = descriptions.study_params(record)
    changed = {name: text for name, text in params.items() if run.data.params.get(name) != redact(text)}
    tags = {f"perceptune.resumed_with.{name}": text for name, text in changed.items()}
    write(client, run.info.run_id, Batch(tags=descriptions.study_tags(record, provenance) | tags))
    return run


def attach_sources(client: "MlflowClient", run_id: str, record: StudyRecord, provenance: Provenance) -> None:
    """Log the experiment and the installed packages as artifacts of a study's run.

    Args:
        client: MLflow's client.
        run_id: The run.
        record: The study.
        provenance: The code and the machine.
    """
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        Path(folder, "experiment.json").write_text(record.experiment.without_secrets().model_dump_json(indent=2), encoding="utf-8")
        Path(folder, "experiment.toml").write_text(to_toml_file(record.experiment.without_secrets(), record.study), encoding="utf-8")
        Path(folder, "requirements.txt").write_text(provenance.requirements, encoding="utf-8")
        client.log_artifacts(run_id, folder)
