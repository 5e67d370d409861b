"""Data sets: raw parts, targets, preprocessing and the arrays that trials train on."""
