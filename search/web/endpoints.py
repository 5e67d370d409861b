"""Names the endpoints of MLflow that its page for studies needs: those that show, describe and delete runs and models.

All others are not served. MLflow asks nobody for a password, so every process of the machine may call an endpoint; some of them run commands
(the assistant, jobs, scorers), write files anywhere (an experiment may have any folder, into which artifacts are uploaded), register a
model whose code `load_champion` would run, or send requests from this machine (gateway, webhooks).
"""

import re

_API = r"/(?:ajax-)?api/[23]\.0/mlflow"

_SERVED = {
    "GET": (
        "/",
        "/(?:health|version|get-artifact|model-versions/get-artifact|static-files/.+)",
        f"{_API}/(?:server-info|ui-telemetry|artifacts/list)",
        f"{_API}/experiments/(?:get|get-by-name|search)",
        f"{_API}/runs/get",
        f"{_API}/metrics/get-history(?:-bulk(?:-interval)?)?",
        f"{_API}/logged-models/[^/]+(?:/artifacts/(?:directories|files))?",
        f"{_API}/registered-models/(?:get|search|alias|get-latest-versions)",
        f"{_API}/model-versions/(?:get|search|get-download-uri)",
    ),
    "POST": (
        "/graphql",
        f"{_API}/experiments/(?:search|search-datasets|set-experiment-tag|delete-experiment-tag|update|delete|restore)",
        f"{_API}/runs/(?:search|set-tag|delete-tag|update|delete|restore)",
        f"{_API}/logged-models/search",
        f"{_API}/registered-models/(?:get-latest-versions|set-tag|alias|rename)",
        f"{_API}/model-versions/(?:set-tag|transition-stage)",
    ),
    "PATCH": (f"{_API}/(?:registered-models|model-versions)/update", f"{_API}/logged-models/[^/]+/tags"),
    "DELETE": (
        f"{_API}/registered-models/(?:delete|delete-tag|alias)",
        f"{_API}/model-versions/(?:delete|delete-tag)",
        f"{_API}/logged-models/[^/]+(?:/tags/[^/]+)?",
    ),
}
_PATTERNS = {method: re.compile("|".join(f"(?:{path})" for path in paths)) for method, paths in _SERVED.items()}


def is_served(method: str, path: str) -> bool:
    """Return whether an endpoint is one of those that show, describe or delete.

    Args:
        method: The request's HTTP method.
        path: Its decoded path, without the query.
    """
    pattern = _PATTERNS.get("GET" if method == "HEAD" else method)
    return bool(pattern and pattern.fullmatch(path))
