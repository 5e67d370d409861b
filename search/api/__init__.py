"""Searches from Python: what the command line does, on functions and data of a script, a notebook or a session."""

from .comparison import compare, studies
from .study import Study, load_study
from .trial import Trial

__all__ = ["Study", "Trial", "compare", "load_study", "studies"]
