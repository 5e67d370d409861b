"""Runs a study: the only folder that knows ledger, samplers, executors, tracking and champion together."""
