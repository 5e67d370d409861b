"""What is computed otherwise on JAX equals Keras' `fit` there too, without TensorFlow: tests of other files, in one process on JAX.

That all optimizers, layers, losses and callers give what they should is tested on TensorFlow: the code is the same on JAX but for the
files and branches that are named here.
"""

import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

pytestmark = pytest.mark.skipif(keras.config.backend() == "jax", reason="this is the process on JAX")
PROGRAM = """
import sys
sys.modules["tensorflow"] = None  # importing it is an error
import pytest
sys.exit(pytest.main(["-n", "0", "-rs", *sys.argv[1:]]))
"""
HERE = Path(__file__).parent.relative_to(Path(__file__).parents[3])
FIT = "test_compiled_fit.py::test_compiled_and_streamed_epochs_equal_fit"
CONTINUED = "test_continued_trials.py::test_a_continued_trial_ends_like_an_uninterrupted_one"
TESTS = [
    # compiled/jax_epoch.py, and its streamed epochs in compiled/streaming.py
    "compiled/test_jax_epoch.py",
    f"{FIT}[dropout, batch normalisation, all metrics, partial batch]",
    f"{FIT}[convolution, all metrics]",  # without XLA on a CPU
    f"{FIT}[two inputs and outputs, weighted]",
    f"{FIT}[a scaled target]",
    f"{FIT}[weights of classes and rows, partial batch]",
    "model/test_logits.py",
    "test_compiled_fit.py::test_metrics_of_a_scaled_target_are_in_its_own_units_and_the_loss_is_not",
    "model/test_precision.py::test_both_trainers_learn_in_every_precision_and_leave_none_behind[mixed_float16]",
    "model/test_precision.py::test_64_bits_are_refused_on_jax",
    *(f"test_byte_rows.py::test_a_convolutional_network_learns_as_by_fit[{trainer}]" for trainer in ("compiled", "streamed")),
    # vectorized/jax_epoch.py, vectorized/transforms.py, and populations of any model in vectorized/slots.py
    "vectorized/test_jax_epoch.py",
    "vectorized/test_dense_epoch.py::test_one_leaves_and_another_joins_in_its_slot[adam, binary]",
    "test_byte_rows.py::test_a_population_learns_as_by_fit[convolution]",
    "vectorized/test_slots.py::test_networks_that_padding_would_change_are_not_padded",
    "vectorized/test_slots.py::test_models_that_differ_by_their_seed_have_populations_of_their_own",
    "vectorized/test_slots.py::test_a_model_that_a_clone_would_change_has_no_population",
    # the state of a program, and of a slot
    f"{CONTINUED}[compiled, batch normalisation]",
    f"{CONTINUED}[shared, adam]",
]


@pytest.mark.slow
def test_what_differs_on_jax_trains_as_fit_does():
    variables = {"KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "true", "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", PROGRAM, *(str(HERE / name) for name in TESTS)]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
    assert "passed" in done.stdout
