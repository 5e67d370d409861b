"""Runs a study with ledger, samplers, executors, tracking and champion, which do not know each other."""
