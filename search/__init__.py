"""Perceptune: experiment tracking and hyperparameter search for Keras 3 models."""
