"""Where a study is written down for people to browse: MLflow."""
