import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import polynomial_kernel

from models.pipelines import build_pipeline

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize(("degree", "is_learned"), [(1, False), (2, True)])
def test_a_perceptron_learns_xor_on_products_of_the_inputs_only(degree, is_learned):
    perceptron = build_pipeline((2,), classifier="perceptron", degree=degree).fit(INPUTS, [0, 1, 1, 0])
    assert (perceptron.predict(INPUTS).tolist() == [0, 1, 1, 0]) is is_learned


def test_products_span_the_functions_of_a_polynomial_kernel():
    x = np.random.default_rng(0).normal(size=(20, 2))
    y = polynomial_kernel(x, x[:1], degree=3, gamma=1.0, coef0=1.0)[:, 0]
    np.testing.assert_allclose(build_pipeline((2,), "regression", degree=3).fit(x, y).predict(x), y)


def test_each_class_has_a_classifier_that_tells_it_from_the_others():
    x, y = load_wine(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    pipeline = build_pipeline((13,), "multiclass", n_principal=5, is_one_vs_rest=True).fit(x, y)
    components = pipeline[0].transform(x)
    assert components.shape == (178, 5)
    single = LogisticRegression(max_iter=10_000).fit(components, y == 1)
    np.testing.assert_allclose(pipeline[-1].estimators_[1].coef_, single.coef_)


@pytest.mark.parametrize("arguments", [{"n_principal": 3}, {"n_principal": -1}, {"degree": 0}])
def test_a_value_out_of_its_range_is_an_error(arguments):
    with pytest.raises(ValueError, match=r"must be 0 to 2, the number of features, and degree=\d at least 1"):
        build_pipeline((2,), **arguments)
