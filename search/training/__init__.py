"""Training: one trial in, its result out. It knows no tracking, samplers or executors."""
