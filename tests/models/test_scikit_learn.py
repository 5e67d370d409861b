import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from models.scikit_learn import build_estimator, build_mlp_classifier, build_perceptron


def test_the_documented_network_is_the_default():
    network = build_mlp_classifier().get_params()
    documented = {"hidden_layer_sizes": (10, 5), "activation": "logistic", "solver": "lbfgs", "alpha": 0.01, "random_state": 0, "max_iter": 10000}
    assert {name: network[name] for name in documented} == documented
    assert build_mlp_classifier(n_hidden_2=0).hidden_layer_sizes == (10,)
    with pytest.raises(ValueError, match="n_hidden_1=0 must be at least 1"):
        build_mlp_classifier(n_hidden_1=0)


def test_the_perceptron_tells_setosa_by_its_petals():
    from sklearn.datasets import load_iris

    features, species = load_iris(return_X_y=True)
    perceptron = build_perceptron().fit(features[:, 2:], species == 0)
    assert perceptron.score(features[:, 2:], species == 0) == 1.0
    assert not perceptron.predict([[2, 0.5]])[0]
    assert build_perceptron(penalty="l2").penalty == "l2"


def test_any_estimator_is_built_by_reference_with_its_seed():
    forest = build_estimator("sklearn.ensemble:RandomForestClassifier", seed=7, max_depth=3, input_shape=(4,), task="binary", n_outputs=1)
    assert isinstance(forest, RandomForestClassifier)
    assert (forest.max_depth, forest.random_state) == (3, 7)
    assert build_estimator("sklearn.ensemble:RandomForestClassifier", seed=7, random_state=1).random_state == 1
    assert isinstance(build_estimator("sklearn.linear_model:LinearRegression", seed=7), LinearRegression)


@pytest.mark.parametrize("reference", ["sklearn.ensemble:RandomForrest", "sklearn.nowhere:Tree", "RandomForestClassifier"])
def test_an_unknown_estimator_is_an_error(reference):
    with pytest.raises(ValueError, match=f'estimator="{reference}" is not known'):
        build_estimator(reference)


def test_an_unknown_argument_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match='SVC has no argument "c"; it has C, kernel'):
        build_estimator("sklearn.svm:SVC", c=1.0)
