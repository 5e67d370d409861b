"""Pruners, which stop or pause bad trials early: Optuna's and ours, by name or by reference."""

from .base import PausingPruner
from .registry import NAMES, make_pruner, pruner_notes

__all__ = ["NAMES", "PausingPruner", "make_pruner", "pruner_notes"]
