"""The descriptions that MLflow's pages show, in Markdown: of an experiment, and of a study's run."""

from ..data.kinds import example_of
from ..data.positive_class import with_class
from ..experiment.file import Experiment
from ..formats import format_number, format_params, format_spread, format_test
from ..redaction import redact
from .base import StudyOutcome, StudyRecord

NOTE = "mlflow.note.content"
"""MLflow's tag of a description."""


def experiment_note(record: StudyRecord, page: str, study_page: str) -> str:
    """Return the description of an experiment, without secrets.

    Args:
        record: Its newest study.
        page: Address of the page of its trials, in MLflow's user interface.
        study_page: Address of the page of the study's run.
    """
    experiment = record.experiment
    searched = ", ".join(f"`{name}`" for name in record.searched)
    searched = searched or ("no hyperparameter" if experiment.function is None else "what the function asks for")
    about = f"`{experiment.model}`{_on_data(record)}: searches {searched} for {_aims(experiment)}."
    return (
        f"{redact(about)}\n\n"  # not the links, whose queries it would remove
        f"[All trials, the best first]({page}) | [learning curves of the best ten]({page}&compareRunsMode=CHART) | "
        f"[study {redact(record.study)}]({study_page})"
    )


def study_note(record: StudyRecord, outcome: StudyOutcome, best_page: str) -> dict[str, str]:
    """Return the tag that describes a study that ends; the best trial comes first, since MLflow shows three lines.

    Args:
        record: The study.
        outcome: Its state.
        best_page: Address of the page of the best trial's run, in MLflow's user interface; empty if there is none.
    """
    counts = ", ".join(f"{count} {state.lower()}" for state, count in outcome.n_by_state.items() if count)
    searched = f"Search of `{record.experiment.name}`{_on_data(record)}: {counts or 'no'} trials."
    return {NOTE: "\n\n".join([*_best_lines(record, outcome, best_page), *_front(outcome), searched, *_commands(record, outcome)])}


def renamed(text: str, old: str, new: str, *, has_model: bool) -> str:
    """Return a description in which a study has another name.

    Args:
        text: The description, of an experiment, a study's run or a version of its champion.
        old: The study's name in it.
        new: Its new name.
        has_model: Whether its registered model has the new name too.
    """
    forms = ['"{}"', "`{}`", "predict {} ", "[study {}]", *(["models:/{}@", "models:/{}/"] if has_model else [])]
    for form in forms:
        text = text.replace(form.format(old), form.format(new))
    return text


def _on_data(record: StudyRecord) -> str:
    """Return the data that models are trained on, such as `` on iris``; empty if a function loads its own."""
    return "" if record.dataset is None else f" on {record.dataset.name}"


def _aims(experiment: Experiment) -> str:
    """Return what a search is for, such as ``the largest `val_accuracy` and the smallest `n_parameters```."""
    sizes = {"maximize": "largest", "minimize": "smallest"}
    return " and ".join(f"the {sizes[of.direction]} `{of.metric}`" for of in experiment.objectives)


def _best_lines(record: StudyRecord, outcome: StudyOutcome, page: str) -> list[str]:
    if outcome.best_trial is None:
        return []
    name = f"trial {outcome.best_trial}"
    metric = with_class(record.experiment.objective.metric, record.positive)
    value = f"{metric} {format_spread(outcome.best_value, outcome.best_error)}"
    best = ", ".join(filter(None, [f"[{name}]({page})" if page else name, value, outcome.best_by]))
    return [
        f"**Best: {best}**",
        *_test_line(record, outcome),
        *([f"Second best: {outcome.runner_up}."] if outcome.runner_up else []),
        *([f"Hyperparameters: {format_params(outcome.best_params)}."] if outcome.best_params else []),
    ]


def _front(outcome: StudyOutcome) -> list[str]:
    """Return the table of the Pareto front."""
    if not outcome.front:
        return []
    names = list(outcome.front[0].values)
    rows = [f"| {of.number} | {' | '.join(format_number(of.values[name]) for name in names)} | {format_params(of.params)} |" for of in outcome.front]
    head = f"| trial | {' | '.join(names)} | hyperparameters |\n|{'---|' * (len(names) + 2)}"
    return ["Pareto front: the trials than which none is better in one objective and no worse in the others.", "\n".join([head, *rows])]


def _test_line(record: StudyRecord, outcome: StudyOutcome) -> list[str]:
    if not outcome.test_metrics or record.dataset is None:
        return []
    shown = format_test(outcome.test_metrics, record.positive, outcome.test_intervals)
    compared = [f"In {_test_metric(record)}, the model is {', '.join(outcome.comparisons)}."] if outcome.comparisons else []
    return [f"Test part ({len(record.dataset.test.target)} rows): {shown}.", *compared]


def _test_metric(record: StudyRecord) -> str:
    return with_class(record.experiment.objective.metric.removeprefix("val_"), record.positive)


def _commands(record: StudyRecord, outcome: StudyOutcome) -> list[str]:
    if not outcome.model_uri or record.dataset is None:
        return []
    study = record.study
    return [
        f"Model `{outcome.model_uri}`{f' ({outcome.cost_text})' if outcome.cost_text else ''}; it takes raw rows:",
        f'```python\nfrom search import load_champion\n\nload_champion("{study}").predict(dataframe)\n```',
        f"```console\nperceptune predict {study} --input {example_of(record.dataset.kind)} --output predictions.csv\n"
        f"mlflow models serve -m models:/{study}@champion --env-manager local --port 5001\n```",
    ]
