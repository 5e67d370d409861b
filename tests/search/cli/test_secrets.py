"""The command line prints no secrets."""

from dataclasses import replace
from pathlib import Path

import pytest

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
LOADER = """
def unreachable(url):
    raise OSError(f"{url} refuses {__import__('os').environ['MLFLOW_TRACKING_PASSWORD']}")
"""


@pytest.mark.parametrize("words", [[], ["--debug"]])
def test_an_error_is_shown_without_the_secrets_that_it_quotes(shell, words):
    (shell.folder / "own.py").write_text(LOADER)
    shell = replace(shell, variables={"MLFLOW_TRACKING_PASSWORD": "open-sesame"})
    data = "data={loader='own:unreachable', url='postgresql://ada:s3cr3t@db.lab.org/rows'}"
    execute = shell.run if words else shell.call  # --debug changes the logging of its process
    refused = execute(*words, "run", DIABETES, "--set", data, status=2)
    assert "postgresql://***@db.lab.org/rows refuses ***" in refused.stderr
    assert "s3cr3t" not in refused.stdout + refused.stderr
    assert "open-sesame" not in refused.stdout + refused.stderr
