"""Compares a study's ledger, MLflow runs and files, reports inconsistencies and repairs them."""

from .checkup import Checkup, check_study
from .finding import Finding

__all__ = ["Checkup", "Finding", "check_study"]
