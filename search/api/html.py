"""Tables of HTML for notebooks."""

import html
from collections.abc import Mapping


def facts_table(facts: Mapping[str, str]) -> str:
    """Return facts as an HTML table, without those that are empty.

    Args:
        facts: Texts by name.
    """
    left = 'style="text-align:left"'
    lines = [f"<tr><th {left}>{html.escape(name)}</th><td {left}>{html.escape(text)}</td></tr>" for name, text in facts.items() if text]
    return f"<table>{''.join(lines)}</table>"
