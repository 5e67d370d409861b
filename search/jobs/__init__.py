"""What a worker does for the trials of an experiment: it builds and trains models, or calls a function."""

from .base import Job
from .registry import job_of, load_arrays

__all__ = ["Job", "job_of", "load_arrays"]
