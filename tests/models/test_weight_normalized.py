import keras
import numpy as np

from models.weight_normalized import WeightNormalizedDense


def _layer():
    layer = WeightNormalizedDense(3)
    layer.build((None, 4))
    return layer


def test_it_multiplies_with_kernels_of_length_1_at_the_start():
    layer, x = _layer(), np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    np.testing.assert_allclose(layer(x), x @ (kernel / np.linalg.norm(kernel, axis=0)), rtol=1e-5, atol=1e-6)


def test_the_length_of_the_kernel_does_not_matter_and_the_gain_does():
    layer, x = _layer(), np.ones((1, 4), "float32")
    before = np.array(layer(x))
    layer.kernel.assign(10 * layer.kernel)
    np.testing.assert_allclose(layer(x), before, rtol=1e-5)
    layer.gain.assign([2, 2, 2])
    np.testing.assert_allclose(layer(x), 2 * before, rtol=1e-5)


def test_it_has_one_gain_a_unit_beside_dense():
    assert _layer().count_params() == 4 * 3 + 3 + 3
