"""A builder whose worker trains three trials at once, as it would on a GPU."""

from models.mlp import build_mlp
from search.training import concurrency


def _three(_context, programs):
    programs.slots.n_slots = 3
    return 3


concurrency.choose_capacity = _three
build = build_mlp
