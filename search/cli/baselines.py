"""The lines about a study's baselines under its result."""

from typing import TYPE_CHECKING

from ..formats import format_number

if TYPE_CHECKING:
    from ..study.summary import StudySummary


def baseline_rows(summary: "StudySummary") -> dict[str, str]:
    """Return the objective's metric of each baseline, and a sentence if the champion does not beat the linear one; none if unmeasured."""
    from ..study.summary import comparison_texts

    metric = summary.metric.removeprefix("val_")
    baselines, value = summary.baselines, summary.test.get(metric)
    if baselines is None or value is None:
        return {}
    numbers = [f"{_words(name)} {format_number(of[metric])}" for name, of in baselines.metrics.items() if of.get(metric) is not None]
    limit = "" if baselines.n_rows == baselines.n_all_rows else f" (fitted on {baselines.n_rows} of {baselines.n_all_rows} training rows)"
    rows = {"Baselines": f"on the test part, {metric}: {', '.join(numbers)}{limit}"}
    if summary.comparisons:
        rows["Compared"] = f"in {metric}, {', '.join(comparison_texts(summary).values())}"
    unbeaten = baselines.unbeaten(metric, value)
    return rows | ({"": f"The best trial is not better than {_words(unbeaten)} on the test part"} if unbeaten else {})


def _words(name: str) -> str:
    return name.replace("_", " ")
