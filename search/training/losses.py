"""The name by which champions of version 0.1.0 import this project's own loss."""

from .model.losses import RootMeanSquaredError as RootMeanSquaredError
