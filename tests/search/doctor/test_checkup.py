"""Every kind of fault, made by breaking a real study, is found and repaired; a healthy study has none.

The study is the finished one of `tests/earlier_version`, so that no test trains anything.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from search import ledger as ledgers
from search.doctor import check_study
from search.store import Store
from tests.test_earlier_version import unpack

ROOT = Path(__file__).parents[3]
NAME, N_TRIALS = "old_study", 8


class Study:
    """A finished study, and ways to break it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.study(NAME)
        self.client = MlflowClient(tracking_uri=store.tracking_uri)

    @property
    def parent(self) -> str:
        return ledgers.read(self.store, NAME).attribute("parent_run_id")

    @property
    def champion(self) -> str:
        return ledgers.read(self.store, NAME).attribute("champion")["model_uri"].rpartition("/")[2]

    def execute(self, statement: str) -> None:
        with sqlite3.connect(self.store.root / "mlflow.db") as database:
            database.execute(statement)

    def runs(self) -> dict[int, Run]:
        """Return the run of each trial."""
        parent = self.parent
        experiment = self.client.get_run(parent).info.experiment_id
        found = self.client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent}'")
        return {int(run.data.tags["perceptune.trial"]): run for run in found if "perceptune.trial" in run.data.tags}

    def run_of(self, number: int) -> str:
        return self.runs()[number].info.run_id

    def begin_run(self, number: int) -> str:
        experiment = self.client.get_run(self.parent).info.experiment_id
        return self.client.create_run(experiment, tags={"mlflow.parentRunId": self.parent, "perceptune.trial": str(number)}).info.run_id

    def check(self, *, repair: bool = False):
        return check_study(self.store, NAME, repair=repair)


@pytest.fixture(scope="module")
def study(module_shell):
    unpack(module_shell.folder)
    shutil.rmtree(module_shell.folder / "mlruns" / "studies" / "old_interrupted")
    return Study(Store(module_shell.folder / "mlruns"))


@pytest.fixture(autouse=True)
def _own_store(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def cut_a_line(study):
    with (study.folder.journal).open("a") as journal:
        journal.write('{"op_code":5,"num')


def leave_a_trial_running(study):
    ledger = ledgers.open_for_repair(study.store, NAME)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    number, _ = ledger.ask(ledger.experiment.space.searched, 99)
    ledger.close()
    study.begin_run(number)


def remove_a_run(study):
    run = study.run_of(1)
    for table in ("metrics", "latest_metrics", "params", "tags", "runs"):
        study.execute(f"delete from {table} where run_uuid = '{run}'")


def set_status(status):
    return lambda study: study.execute(f"update runs set status = '{status}' where run_uuid = '{study.run_of(2)}'")


def remove_epochs(study):
    study.execute(f"delete from metrics where run_uuid = '{study.run_of(0)}' and step = 2")


def write_model(name):
    return lambda study: (study.folder.models / name).touch()


def write_checkpoint(study):
    study.folder.checkpoints.mkdir(exist_ok=True)
    study.folder.checkpoint(1).touch()


def remove_champion_files(study):
    shutil.rmtree(study.client.get_model_version(NAME, study.champion).source.removeprefix("file://"))


def let_a_version_without_files_be_the_champion(study):
    version = study.client.create_model_version(NAME, source=(study.store.root / "absent").as_uri())
    study.client.set_registered_model_alias(NAME, "champion", version.version)


CHAMPION_FAULTS = [  # a repair packages and verifies the champion
    ("champion without a version", lambda study: study.client.delete_model_version(NAME, study.champion)),
    ("champion without files", remove_champion_files),
]
FAULTS = [
    ("incomplete line", cut_a_line),
    ("run without a trial", lambda study: study.begin_run(99)),
    ("run without a trial", lambda study: study.begin_run(1)),
    ("trial without a run", remove_a_run),
    ("run without an end", set_status("RUNNING")),
    ("wrong status", set_status("KILLED")),
    ("missing epochs", remove_epochs),
    ("study's run without an end", lambda study: study.execute(f"update runs set status = 'RUNNING' where run_uuid = '{study.parent}'")),
    ("stray model", write_model("99.keras")),
    ("leftover temporary file", write_model("1.12.unfinished.keras")),
    ("stray checkpoint", write_checkpoint),
    ("model without a champion", lambda study: study.client.delete_registered_model_alias(NAME, "champion")),
    ("champion without files", let_a_version_without_files_be_the_champion),
    ("missing parent", lambda study: study.client.delete_run(study.parent)),
]


def test_a_healthy_study_has_nothing_to_find(study):
    assert study.check().left == ()


@pytest.mark.parametrize(("kind", "damage"), FAULTS, ids=[f"{kind} {number}" for number, (kind, _) in enumerate(FAULTS)])
def test_a_fault_is_found_and_repaired(study, kind, damage):
    assert_found_and_repaired(study, kind, damage)


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("kind", "damage"), CHAMPION_FAULTS, ids=[kind for kind, _ in CHAMPION_FAULTS])
def test_a_champion_that_is_lost_is_found_and_registered_again(study, kind, damage):
    champion = str(study.champion)
    assert_found_and_repaired(study, kind, damage)
    if kind == "champion without files":
        versions = study.client.search_model_versions(f"name = '{NAME}'")
        assert [str(version.version) for version in versions if "perceptune.broken" in version.tags] == [champion]


def assert_found_and_repaired(study, kind, damage):
    damage(study)
    found = study.check().left
    assert [finding.kind for finding in found] == [kind]
    repaired = study.check(repair=True)
    assert (repaired.repaired, repaired.left) == (found, ())
    runs = study.runs()
    for record in ledgers.read(study.store, NAME).records()[:N_TRIALS]:
        info = runs[record.number].info
        steps = [metric.step for metric in study.client.get_metric_history(info.run_id, "val_loss")]
        assert sorted(steps) == list(range(1, len(record.history) + 1))
        assert info.status == "FINISHED"


def test_a_trial_that_a_kill_left_running_is_requeued_and_its_run_ended(study):
    leave_a_trial_running(study)
    assert [finding.kind for finding in study.check().left] == ["trial without an owner", "abandoned run"]
    assert study.check(repair=True).left == ()
    assert study.client.get_run(study.run_of(N_TRIALS)).info.status == "KILLED"


def test_a_fault_without_a_repair_is_reported(study):
    run = study.run_of(3)
    columns = "key, value, timestamp, step, is_nan, run_uuid"
    study.execute(
        f"insert into metrics ({columns}) select key, value, timestamp + 1, step, is_nan, run_uuid from metrics where run_uuid = '{run}' and step = 1"
    )
    assert [(finding.kind, finding.remedy) for finding in study.check(repair=True).left] == [("doubled epochs", "")]
    study.execute(f"delete from metrics where rowid in (select max(rowid) from metrics where run_uuid = '{run}' and step = 1 group by key)")


def test_a_running_study_is_not_checked(study):
    program = "import sys; from pathlib import Path; from search import ledger; from search.store import Store\n"
    program += "held = ledger.open_for_repair(Store(Path(sys.argv[1])), 'old_study'); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(study.store.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout.readline() == "held\n"
        assert study.check(repair=True).is_busy


def test_the_command_prints_its_findings_and_repairs(study, module_shell):
    assert "old_study: no problems" in module_shell.call("doctor").stdout
    write_model("77.keras")(study)
    found = module_shell.call("doctor", NAME, status=1).stdout
    assert "stray model" in found
    assert "--repair: moved to" in found
    [checkup] = json.loads(module_shell.call("doctor", NAME, "--json", status=1).stdout)
    assert [finding["kind"] for finding in checkup["left"]] == ["stray model"]
    assert "repaired: moved to" in module_shell.call("doctor", "--repair").stdout
    assert "There is no study" in module_shell.call("doctor", "nothing", status=2).stderr
