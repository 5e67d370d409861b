"""One trial's model: built, compiled, checked, saved, and its state as arrays."""
