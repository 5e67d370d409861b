"""An Optuna sampler that proposes the trials of a list, so that every runner trains the same ones."""

import json
from pathlib import Path
from typing import Any

from optuna.samplers import BaseSampler


class Listed(BaseSampler):
    """Proposes the trials of a file in their order.

    Args:
        file: A job of the benchmark, as JSON.
    """

    def __init__(self, file: str) -> None:
        self._trials = json.loads(Path(file).read_text(encoding="utf-8"))["trials"]

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:
        """Return an empty space, since each hyperparameter is proposed by itself."""
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: dict[str, Any]) -> dict[str, Any]:
        """Return no hyperparameters."""
        return {}

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:
        """Return the hyperparameter's value in the list."""
        return self._trials[trial.number][param_name]
