"""Looking inside a champion: its summary, its picture, a layer's weights and a layer's outputs."""

from .base import Inspected
from .diagram import draw_model
from .layers import layer_outputs, layer_weights
from .summary import model_summary

__all__ = ["Inspected", "draw_model", "layer_outputs", "layer_weights", "model_summary"]
