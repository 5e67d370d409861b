import dataclasses
import importlib
import json
import subprocess
import sys

import pytest

from experiments.benchmarks import gpu
from experiments.benchmarks.__main__ import main
from experiments.benchmarks.figures import summarize
from experiments.benchmarks.job import Job, read_timing
from experiments.benchmarks.measuring import Bench
from experiments.benchmarks.overhead import measure_overhead, measure_start
from experiments.benchmarks.processes import ProgramError, environment, run
from experiments.benchmarks.runners import RUNNERS
from experiments.benchmarks.runners.perceptune_study import Stamps
from experiments.benchmarks.tasks import TASKS, draw
from tests import nvml


@pytest.mark.slow
def test_a_small_task_runs_from_end_to_end(tmp_path):
    task = dataclasses.replace(TASKS["diabetes"], n_trials=2, epochs=2)
    names = ("optuna_tensorflow", "perceptune")
    lines = []
    measured = Bench(folder=tmp_path, log=lines.append).measure([task], [RUNNERS[name] for name in names], 1)
    results = json.loads(json.dumps({"tasks": summarize(measured)}))
    figures = results["tasks"]["diabetes"]
    assert len(lines) == 2
    assert all(figures[name]["seconds_per_trial"] > 0 and figures[name]["n_trials"] == 2 for name in names)
    assert figures["ratio"].keys() == {"optuna_tensorflow"}
    assert figures["perceptune"]["curve_difference"] < 0.5
    assert all(len(curve) == 2 for curve in measured["diabetes"]["perceptune"][0].curves.values())
    assert figures["perceptune"]["peak_memory_bytes"] > 10**8


@pytest.mark.slow
def test_the_bare_loop_trains_the_trials_of_a_job(tmp_path, monkeypatch):
    task = dataclasses.replace(TASKS["diabetes"], n_trials=2, epochs=2)
    Job(task, draw(task), 0).write(tmp_path)
    monkeypatch.chdir(tmp_path)
    importlib.import_module(RUNNERS["limit"].module).main()
    timing = read_timing(tmp_path)
    assert timing["recorded"] > timing["ready"]
    assert len(timing["losses"]) == 2


@pytest.mark.slow
def test_the_overhead_is_measured_with_training_that_takes_no_time(tmp_path):
    results = measure_overhead(Bench(folder=tmp_path, log=list), (5,)) | {"start": measure_start(Bench(folder=tmp_path, log=list), 1)}
    assert 0 < results["overhead_ms"]["5"] < 5_000
    assert results["memory_bytes"]["5"]["at_end"] >= results["memory_bytes"]["5"]["after_100"] > 10**7
    assert min(results["start"].values()) > 0


def test_the_error_of_a_failed_program_is_its_last_line(tmp_path):
    with pytest.raises(ProgramError, match="no such wind"):
        run(["-c", "print('sailing'); raise SystemExit('no such wind')"], tmp_path, environment(tmp_path))


def test_a_programs_memory_and_time_are_measured(tmp_path):
    finished = run(["-c", "x = b'1' * 10**8; sum(range(4 * 10**7))"], tmp_path, environment(tmp_path))
    assert finished.peak_bytes() > 10**8
    assert finished.seconds > 0
    assert finished.utilization(0, float("inf")) is None


def test_an_unknown_task_is_an_error_that_lists_the_known_ones(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--tasks", "moons"])
    assert "unknown name: moons; expected some of diabetes, housing, fashion, lenet, images, text, overhead" in capsys.readouterr().err


def test_the_gpus_name_and_utilization_are_read_from_the_driver(monkeypatch):
    nvml.install(monkeypatch, "NVIDIA A100", "NVIDIA H100")
    assert gpu.has_gpu()
    assert gpu.describe_gpus() == "NVIDIA A100, NVIDIA H100, driver 570.00"
    assert gpu.utilization() == 40
    nvml.install(monkeypatch)
    assert not gpu.has_gpu()


def test_the_times_of_workers_and_trials_are_those_of_printed_lines():
    stamps, lines = (
        Stamps(),
        ["Study a: 0 of 2 trials finished", "Starting workers", "Searching", "[1/2] trial 1 COMPLETE", "[2/2] trial 0 FAILED", "Plots"],
    )
    unread = iter(lines)
    stamps.read(unread, 2)
    assert 0 < stamps.ready <= stamps.finished[0] <= stamps.finished[1]
    assert list(unread) == ["Plots"]


def test_the_main_program_imports_no_backend():
    program = "import sys, experiments.benchmarks.__main__; sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'mlflow')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
