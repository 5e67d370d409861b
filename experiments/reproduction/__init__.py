"""Runs the documented architectures and compares what comes out with the documented figures."""
