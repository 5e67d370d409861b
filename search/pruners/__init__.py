"""Pruners, which stop bad trials early: Optuna's, by name or by reference."""

from .registry import NAMES, make_pruner, pruner_notes

__all__ = ["NAMES", "make_pruner", "pruner_notes"]
