"""Compares ledger, MLflow and disk, says what does not fit, and mends it."""

from .checkup import Checkup, check_study
from .finding import Finding

__all__ = ["Checkup", "Finding", "check_study"]
