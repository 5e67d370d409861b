"""The lines about a study's baselines under its result."""

from typing import TYPE_CHECKING

from ..formats import format_number

if TYPE_CHECKING:
    from ..study.baselines import Baselines
    from ..study.summary import StudySummary


def baseline_rows(summary: "StudySummary") -> dict[str, str]:
    """Return the objective's metric of each baseline, and a sentence if the champion does not beat the linear one; none if unmeasured."""
    from ..study.summary import comparison_texts

    objective, baselines = summary.metric.removeprefix("val_"), summary.baselines
    if baselines is None or summary.test.get(objective) is None:
        return {}
    metric = _measured(objective, baselines)
    if (value := summary.test.get(metric)) is None:
        return {}
    numbers = [f"{_words(name)} {format_number(of[metric])}" for name, of in baselines.metrics.items() if of.get(metric) is not None]
    limit = "" if baselines.n_rows == baselines.n_all_rows else f" (fitted on {baselines.n_rows} of {baselines.n_all_rows} training rows)"
    other = "" if metric == objective else f"; {objective}, which is your own, is not measured of them"
    rows = {"Baselines": f"on the test part, {metric}: {', '.join(numbers)}{limit}{other}"}
    if summary.comparisons:
        rows["Compared"] = f"in {metric}, {', '.join(comparison_texts(summary).values())}"
    unbeaten = baselines.unbeaten(metric, value)
    return rows | ({"": f"The best trial is not better than {_words(unbeaten)} on the test part"} if unbeaten else {})


def _measured(metric: str, baselines: "Baselines") -> str:
    """Return the metric, or the first one besides the loss that the baselines have, if they do not have it."""
    names = [name for of in baselines.metrics.values() for name, number in of.items() if number is not None]
    return metric if metric in names else next((name for name in names if name != "loss"), "loss")


def _words(name: str) -> str:
    return name.replace("_", " ")
