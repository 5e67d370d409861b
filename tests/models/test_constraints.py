import keras
import numpy as np
import pytest
from keras.src import constraints as keras_constraints

from models.constraints import CONSTRAINTS, kernel_constraint

KERNEL = np.array([[3.0, -0.1], [4.0, 0.0]], "float32")


def test_names_are_those_that_keras_knows():
    known = {name for name in keras_constraints.ALL_OBJECTS_DICT if name.islower()}
    assert set(CONSTRAINTS) == known - {"constraint"} | {"none"}


@pytest.mark.parametrize(
    ("name", "lengths"),
    [("max_norm", [2, 0.1]), ("min_max_norm", [2, 0.5]), ("unit_norm", [1, 1]), ("non_neg", [5, 0])],
)
def test_it_limits_the_weights_into_each_unit(name, lengths):
    limited = keras.ops.convert_to_numpy(kernel_constraint(name, min_norm=0.5, max_norm=2.0)(keras.ops.convert_to_tensor(KERNEL)))
    np.testing.assert_allclose(np.linalg.norm(limited, axis=0), lengths, atol=1e-5)


def test_none_is_none():
    assert kernel_constraint("none") is None


@pytest.mark.parametrize(("arguments", "message"), [(("max",), 'constraint="max"'), (("max_norm", 2.0, 1.0), "min_norm=2.0 and max_norm=1.0")])
def test_what_there_is_not_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        kernel_constraint(*arguments)
