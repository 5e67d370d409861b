"""What tracking imports, and when."""

import subprocess
import sys


def test_nothing_heavy_is_imported_before_a_study_starts() -> None:
    code = (
        "import sys; from pathlib import Path; from search.tracking.mlflow_tracker import MlflowTracker; MlflowTracker('sqlite:///x', Path('x'));"
        "print([m for m in ('tensorflow', 'keras', 'mlflow', 'optuna') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
