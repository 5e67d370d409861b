"""Who stops a trial against others: Optuna's pruners, by name or by reference."""

from .registry import NAMES, make_pruner

__all__ = ["NAMES", "make_pruner"]
