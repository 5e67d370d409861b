"""The command line: one file per group of commands; only this package prints and configures logging."""
