import pytest

from experiments.benchmarks.experiment import experiment_text, listed_search
from experiments.benchmarks.job import Job
from experiments.benchmarks.listed import Listed
from experiments.benchmarks.tasks import TASKS, draw, overhead
from search.experiment.file import load_experiment
from search.experiment.space import to_distributions
from search.samplers import make_sampler


@pytest.mark.parametrize("task", [*TASKS.values(), overhead(3)], ids=lambda task: task.name)
def test_a_task_is_a_valid_experiment_that_proposes_its_list(task, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    job = Job(task, draw(task), 7)
    job.write(tmp_path)
    (tmp_path / "experiment.toml").write_text(experiment_text(task, listed_search(job)))
    experiment = load_experiment(tmp_path / "experiment.toml")
    assert experiment.search.seed == 7
    assert experiment.search.n_trials == task.n_trials
    assert experiment.pruner == "none"  # the other tools train all epochs
    assert proposed(experiment) == job.trials
    assert Job.read().trials == job.trials


def proposed(experiment):
    import optuna

    sampler = make_sampler(experiment.search, experiment.space.searched, experiment.search.n_trials)
    study, distributions = optuna.create_study(sampler=sampler), to_distributions(experiment.space.searched)
    return [study.ask(distributions).params for _ in range(experiment.search.n_trials)]


def test_the_list_is_read_from_a_job(tmp_path):
    Job(TASKS["lenet"], [{"batch_size": 16}], 0).write(tmp_path)
    sampler = Listed(str(tmp_path / "job.json"))
    assert sampler.infer_relative_search_space(None, None) == {}
