"""Data sets: functions that return train, validation and test parts as plain pandas and numpy values.

A loader knows nothing of the product. Its arguments are the keys beside ``loader`` in an experiment file's ``[data]``.
"""

from .bundled import breast_cancer, diabetes, digits, iris, wine
from .table import csv

__all__ = ["breast_cancer", "csv", "diabetes", "digits", "iris", "wine"]
