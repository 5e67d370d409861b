"""Architectures: pure functions of plain values that return an uncompiled `keras.Model`."""
