"""The facts of a study that are compared with those of others: what was searched, how, and the best trial."""

from collections.abc import Mapping

from ..formats import format_duration, format_number, format_parameter, format_search, format_spread, format_value
from ..ledger import StudyView
from .fixed_settings import fixed_settings
from .overview import overview_of
from .pausing import rungs_of


def merged(first: list[str], second: list[str]) -> list[str]:
    """Return the names of both lists, each of the second after the one before it there."""
    names = list(first)
    for number, name in enumerate(second):
        if name not in names:
            names.insert(names.index(second[number - 1]) + 1 if number else 0, name)
    return names


def study_facts(view: StudyView) -> dict[str, str]:
    """Return the facts of a study that are compared, as texts by name."""
    experiment, overview = view.experiment, overview_of(view, is_running=False)
    facts = {
        **_subject(view),
        "objective": ", ".join([f"{overview.direction} {overview.metric}", *overview.further]),
        "sampler, pruner, seed": f"{format_search(experiment, view.attribute('n_trials'))}, {experiment.search.seed}",
    }
    if rungs := rungs_of(experiment):
        facts["rungs"] = ", ".join(map(str, rungs))
    space = experiment.space.searched
    facts |= {f"  {name}": format_parameter(parameter, space.conditions.get(name, ())) for name, parameter in view.searched.items()}
    facts |= {f"  {name}": text for name, text in fixed_settings(experiment).items()}
    facts["trials"] = ", ".join(f"{count} {state}" for state, count in sorted(view.n_by_state().items())) or "none"
    facts["duration"] = format_duration(overview.seconds)
    facts["best value"] = format_spread(overview.value, overview.standard_error)
    test: Mapping[str, float | None] = (view.attribute("champion") or {}).get("test", {})
    facts |= {f"test {name}": format_number(value) for name, value in test.items()}
    if view.best is not None:
        facts["best trial"] = str(view.best[0])
        facts |= {f"  best {name}": format_value(value) for name, value in view.record(view.best[0]).params.items()}
    facts["registered model"] = overview.model_uri
    return facts


def _subject(view: StudyView) -> dict[str, str]:
    """Return what the trials are about: a function, or a model and its data."""
    experiment = view.experiment
    if experiment.function is not None:
        return {"function": experiment.function}
    return {"model": experiment.model, "data": f"{experiment.data.loader} ({view.attribute('dataset')})"}
