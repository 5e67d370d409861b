"""Pictures of a study: what the search found, what mattered, and how the best trials learned."""

from .report import write_report

__all__ = ["write_report"]
