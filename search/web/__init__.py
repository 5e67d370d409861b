"""MLflow's page and optuna-dashboard for the studies, as servers for this machine's user."""
