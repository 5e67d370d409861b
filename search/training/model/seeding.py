"""Sets all random seeds for one trial, as `keras.utils.set_random_seed` does, but keeps what is compiled.

Keras' own has TensorFlow forget the kernels of all programs, of which the next call takes 0.2 s. Here only the kernels of
``tf.random`` go on drawing when the same seed is set twice in one process; ``keras.random`` does not. It is written with
names that neither library makes public; `tests/search/training/model/test_seeding.py` holds it to what Keras' own gives.
"""

import random

import keras
import numpy as np
from keras.src.backend.common.global_state import set_global_attribute
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from keras.src.utils.naming import reset_uids
from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED


def begin_afresh(seed: int) -> None:
    """Set the seeds of Python, NumPy, Keras and its backend, and have layers named as in a new process.

    Args:
        seed: 0 to 2**32 - 1.
    """
    if keras.config.backend() == "tensorflow":
        _seed_all_but_kernels(seed)
    else:
        keras.utils.set_random_seed(seed)
    reset_uids()


def _seed_all_but_kernels(seed: int) -> None:
    from tensorflow.python.eager import context

    random.seed(seed)
    np.random.seed(seed)
    set_global_attribute(GLOBAL_RANDOM_SEED, seed)
    set_global_attribute(GLOBAL_SEED_GENERATOR, None)
    context.context()._seed = seed
    context.context()._rng = random.Random(seed)  # noqa: S311 - not for secrets
