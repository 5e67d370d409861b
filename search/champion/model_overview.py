"""The summary and the diagram of a champion's model, written when it is packaged and logged to its runs."""

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..errors import InputError
from ..inspection import draw_model, model_summary
from ..tracking.mlflow_connection import connect
from .pyfunc import Champion

logger = logging.getLogger(__name__)

SUMMARY, PICTURE = "model_summary.txt", "model.svg"
_WRITERS: Mapping[str, Callable[[Champion], str]] = {SUMMARY: model_summary, PICTURE: draw_model}


def write_overview(champion: Champion, folder: Path) -> None:
    """Write the summary and the diagram into a folder; an estimator, which has no layers, gets none.

    If a model cannot be drawn, a warning is logged.
    """
    for name in _WRITERS:
        try:
            (folder / name).write_text(_WRITERS[name](champion), encoding="utf-8")
        except InputError:
            logger.debug("%s has no %s", champion.folder, name)
        except Exception:  # a custom model may raise anything
            logger.warning("%s of the model cannot be written", name, exc_info=True)


def log_overview(folder: Path, tracking_uri: str, run_ids: Iterable[str]) -> None:
    """Log the summary and the diagram to runs, as artifacts.

    Args:
        folder: The packaged MLflow model.
        tracking_uri: MLflow's address.
        run_ids: The runs' ids.
    """
    client = connect(tracking_uri)
    paths = [path for name in _WRITERS for path in folder.glob(f"data/*/{name}")]
    for run_id in run_ids:
        for path in paths:
            client.log_artifact(run_id, str(path))


def read_overview(champion: Champion, name: str) -> str:
    """Return the packaged summary or diagram of a champion, or create it if it was not packaged.

    Args:
        champion: The champion.
        name: `SUMMARY` or `PICTURE`.

    Returns:
        The file's text.

    Raises:
        InputError: If the champion has no layers.
    """
    packaged = champion.folder / name
    return packaged.read_text(encoding="utf-8") if packaged.is_file() else _WRITERS[name](champion)
