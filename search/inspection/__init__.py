"""Inspection of a champion's model: summary, diagram, layer weights and layer outputs."""

from .base import Inspected
from .diagram import draw_model
from .layers import layer_outputs, layer_weights
from .summary import model_summary

__all__ = ["Inspected", "draw_model", "layer_outputs", "layer_weights", "model_summary"]
