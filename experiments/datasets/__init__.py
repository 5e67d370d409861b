"""Data sets: functions that return train, validation and test parts as plain pandas and numpy values.

A loader knows nothing of the product. Its arguments are the keys beside ``loader`` in an experiment file's ``[data]``.
"""

from .array_files import arrays
from .bundled import breast_cancer, diabetes, digits, iris, wine
from .generated import linear_target, moons, waves
from .housing import california_housing
from .idx_files import fashion_mnist, mnist
from .image_files import images
from .objects import objects
from .openml import pima, zoo
from .series_files import series
from .small_tables import exam_scores, hours_grades, hours_scores, time_scores
from .table import csv
from .truth_tables import truth_table

__all__ = [
    "arrays",
    "breast_cancer",
    "california_housing",
    "csv",
    "diabetes",
    "digits",
    "exam_scores",
    "fashion_mnist",
    "hours_grades",
    "hours_scores",
    "images",
    "iris",
    "linear_target",
    "mnist",
    "moons",
    "objects",
    "pima",
    "series",
    "time_scores",
    "truth_table",
    "waves",
    "wine",
    "zoo",
]
