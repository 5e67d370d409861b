"""Logs studies and trials to MLflow."""
