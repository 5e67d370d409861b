"""The epochs of one trial, the same for every trainer: schedules, progress, checkpoints, callbacks."""
