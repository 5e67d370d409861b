"""Sets all random seeds for one trial, as `keras.utils.set_random_seed` does, but keeps compiled programs.

Keras' function makes TensorFlow drop the kernels of all programs, which costs the next call 0.2 s. The one difference here:
if the same seed is set twice in one process, ``tf.random`` continues its sequence; ``keras.random`` starts it again. The
module uses private names of both libraries; `tests/search/training/model/test_seeding.py` compares it with Keras' function.
"""

import random

import keras
import numpy as np
from keras.src.backend.common.global_state import set_global_attribute
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from keras.src.utils.naming import reset_uids
from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED


def set_seeds(seed: int) -> None:
    """Set the seeds of Python, NumPy, Keras and its backend, and reset the names of layers as in a new process.

    Args:
        seed: 0 to 2**32 - 1.
    """
    if keras.config.backend() == "tensorflow":
        _set_tensorflow_seeds(seed)
    else:
        keras.utils.set_random_seed(seed)
    reset_uids()


def _set_tensorflow_seeds(seed: int) -> None:
    from tensorflow.python.eager import context

    random.seed(seed)
    np.random.seed(seed)
    set_global_attribute(GLOBAL_RANDOM_SEED, seed)
    set_global_attribute(GLOBAL_SEED_GENERATOR, None)
    context.context()._seed = seed
    context.context()._rng = random.Random(seed)  # noqa: S311 - not for secrets
