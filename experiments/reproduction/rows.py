"""The table of documented architectures: the runs of each row, and its check."""

from dataclasses import dataclass

from . import checks
from .checks import Check
from .studies import Run


@dataclass(frozen=True)
class Row:
    """One documented architecture.

    Attributes:
        number: The row's number in the document.
        architecture: Name of the architecture.
        data: Name of the data set.
        documented: The figure to reproduce.
        runs: The experiments to run.
        check: Compares the studies with the documented figure.
        after: Numbers of the rows that its figure is compared with; they are run too.
    """

    number: int
    architecture: str
    data: str
    documented: str
    runs: tuple[Run, ...]
    check: Check
    after: tuple[int, ...] = ()


def _row(number: int, architecture: str, data: str, documented: str, check: Check, *runs: Run | str, after: tuple[int, ...] = ()) -> Row:
    started = tuple(Run(run) if isinstance(run, str) else run for run in runs)
    return Row(number, architecture, data, documented, started, check, after)


_VAL = "validation MSE at or below row 14's"
_NOISY = Run("time_scores", "noisy", ("data.noisy=true",))
_SCALED = Run("housing", "scaled", ('preprocessing.target="standard"', 'objective.metric="val_mse"'))

ROWS = (
    _row(1, "threshold unit", "AND, OR, XOR", "learns AND and OR, never XOR", checks.gates, "and_gate", "or_gate", "xor_gate"),
    _row(2, "scikit-learn Perceptron", "iris petals", "accuracy 1.0", checks.setosa, "iris_perceptron"),
    _row(3, "2-2-1 sigmoid network", "XOR", "a search that solves XOR", checks.solved_xor, "xor_network"),
    _row(4, "2-2-2 network", "two half moons", "12 parameters, gradients to 1e-6", checks.chain_rule, "moons"),
    _row(5, "linear regression", "time and score", "W near 20, b near 0; least squares", checks.lines, "time_scores", _NOISY),
    _row(6, "one linear unit", "five generated features", "least squares to 1e-5", checks.least_squares, "least_squares"),
    _row(7, "logistic regression", "Pima diabetes", "accuracy about 0.77", checks.accuracy_within("pima", 0.74, 0.82), "pima"),
    _row(8, "softmax regression", "zoo", "training accuracy 1.0", checks.accuracy_within("zoo", 1.0), "zoo", "hours_grades"),
    _row(9, "16-32-16-1", "five generated features", "both APIs equal", checks.both_apis, "dense_sequential", "dense_functional"),
    _row(
        *(10, "10-5-2 classifier", "diabetes", "177 parameters, test accuracy 0.78 to 0.81"),
        *(checks.accuracy_within("diabetes_classifier", 0.78, 0.81, 177), "diabetes_classifier"),
    ),
    _row(11, "scikit-learn MLPClassifier", "diabetes", "train 0.9962, test 0.695", checks.overfitting, "diabetes_scikit_learn"),
    _row(
        *(12, "784-300-100-10", "Fashion-MNIST", "266,610 parameters, test accuracy 0.8794"),
        *(checks.accuracy_within("fashion_mnist", 0.875, n_parameters=266_610), "fashion_mnist"),
    ),
    _row(13, "784-64-64-10", "MNIST", "test accuracy 0.9569", checks.accuracy_within("mnist", 0.95), "mnist"),
    _row(14, "8-30-1", "California housing", "validation MSE about 0.45", checks.mse_of_raw_and_scaled_target, "housing", _SCALED),
    _row(15, "wide & deep", "California housing", _VAL, checks.value_at_most("wide_and_deep", "housing"), "wide_and_deep", after=(14,)),
    _row(
        *(16, "wide & deep, two inputs and outputs", "California housing", _VAL),
        *(checks.value_at_most("wide_and_deep_two_inputs", "housing"), "wide_and_deep_two_inputs"),
        after=(14,),
    ),
    _row(
        *(17, "wide & deep, subclassed", "California housing", _VAL),
        *(checks.value_at_most("wide_and_deep_subclassed", "housing"), "wide_and_deep_subclassed"),
        after=(14,),
    ),
    _row(18, "LeNet-5", "Fashion-MNIST", "test accuracy above row 12's", checks.beats("lenet", "fashion_mnist"), "lenet", after=(12,)),
    _row(19, "LSTM over rows", "MNIST", "test accuracy above 0.95", checks.accuracy_within("recurrent_mnist", 0.95), "recurrent_mnist"),
    _row(20, "residual and branches", "housing, digits", "searches and reloads", checks.reloads("residual", "branches"), "residual", "branches"),
    _row(21, "searchable MLP", "California housing", "validation MSE at or below 0.46", checks.value_at_most("housing_mlp", 0.46), "housing_mlp"),
)
