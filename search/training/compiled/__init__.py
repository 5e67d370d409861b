"""Epochs of any Keras model as compiled programs."""
