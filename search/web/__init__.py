"""MLflow's page for the studies, as a server for this machine's user."""
