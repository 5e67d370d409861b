"""Runs the documented architectures and compares their results with the documented figures."""
