import numpy as np
import pytest

from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.search_space import SearchSpace
from search.samplers.unit_space import UnitSpace

PARAMETERS = {
    "n_hidden": IntParameter(type="int", low=0, high=3),
    "n_neurons": IntParameter(type="int", low=4, high=20, step=8),
    "width": IntParameter(type="int", low=1, high=100, log=True),
    "dropout": FloatParameter(type="float", low=0.0, high=0.3, step=0.1),
    "momentum": FloatParameter(type="float", low=-0.5, high=0.99),
    "learning_rate": FloatParameter(type="float", low=1e-4, high=0.1, log=True),
    "activation": CategoricalParameter(type="categorical", choices=["relu", 2, False]),
    "batch_size": IntParameter(type="int", low=32, high=32),
    "decay_rate": FloatParameter(type="float", low=0.5, high=0.5),
    "n_steps": IntParameter(type="int", low=8, high=8, log=True),
}
SPACE = UnitSpace(SearchSpace(PARAMETERS))


def drawn(n_points):
    return np.random.default_rng(0).random((n_points, SPACE.n_axes))


def test_a_point_is_where_its_params_are():
    points = SPACE.snap(drawn(200))
    params = [SPACE.params(point) for point in points]
    np.testing.assert_allclose(SPACE.place(params), points, atol=1e-9)
    np.testing.assert_allclose(SPACE.snap(points), points, atol=1e-9)
    assert [SPACE.params(point) for point in SPACE.place(params)] == [
        of | {name: pytest.approx(of[name]) for name in ("momentum", "learning_rate")} for of in params
    ]


@pytest.mark.parametrize("corner", [0.0, np.nextafter(1, 0)])
def test_corners_are_the_ends_of_the_ranges(corner):
    params, is_high = SPACE.params(np.full(SPACE.n_axes, corner)), corner > 0
    expected = {name: parameter.extremes[-1 if is_high else 0] for name, parameter in PARAMETERS.items()}
    assert params == {name: pytest.approx(value) if isinstance(value, float) else value for name, value in expected.items()}
    for name, value in params.items():
        assert type(value) is type(expected[name])
        assert name == "activation" or PARAMETERS[name].low <= value <= PARAMETERS[name].high


def test_all_values_of_a_finite_parameter_are_equally_likely():
    values = [SPACE.params(point) for point in drawn(3000)]
    for name, n_values in (("n_hidden", 4), ("n_neurons", 3), ("dropout", 4), ("activation", 3)):
        counts = np.unique([str(of[name]) for of in values], return_counts=True)[1]
        assert len(counts) == n_values
        assert counts.min() > 0.85 * counts.max()


def test_choices_are_equally_far_apart():
    points = np.full((3, SPACE.n_axes), 0.5)
    points[:, list(PARAMETERS).index("activation")] = SPACE.snap(np.full((3, SPACE.n_axes), [[0.1], [0.5], [0.9]]))[:, 6]
    features = SPACE.features(points)
    assert features.shape == (3, SPACE.n_axes + 2)
    assert [np.linalg.norm(features[a] - features[b]) for a, b in ((0, 1), (0, 2), (1, 2))] == pytest.approx([1, 1, 1])
