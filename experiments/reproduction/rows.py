"""The table of documented architectures: the runs of each row, and its check."""

from dataclasses import dataclass

from . import checks, figures
from .checks import Check
from .studies import Run


@dataclass(frozen=True)
class Row:
    """One documented architecture on one data set.

    Attributes:
        number: The number of the architecture in the document; several rows may have it.
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
_ABOVE = "test accuracy above 0.95"
_PRINTED = Run(
    *("xor_network", "printed"),
    ('space.model.activation="sigmoid"', "space.training.learning_rate=0.1", "space.training.epochs=100", "search.n_trials=4"),
)
_NOISY = Run("time_scores", "noisy", ("data.noisy=true",))
_EXAMS = Run("exam_scores", "25", ("data.n_rows=25",))
_SIGMOID = tuple(
    Run(name, "sigmoid", ('space.model.activation="sigmoid"', "space.model.use_bias=false")) for name in ("dense_sequential", "dense_functional")
)
_SCALED = Run("housing", "scaled", ('preprocessing.target="standard"', 'objective.metric="val_mse"'))
_DIGITS = Run("lenet", "mnist", ('data.loader="experiments.datasets:mnist"',))
_GRU = Run("recurrent_mnist", "gru", ('space.model.cell="gru"',))
_SIMPLE = Run("recurrent_mnist", "simple", ('space.model.cell="simple"', "space.training.learning_rate=0.001", "space.training.epochs=6"))

# Of 30 seeds of Keras' fit the loss of the first epoch is 0.70 to 1.21. Of the experiment's four seeds
# the losses of the end differ by 0.005, accuracies by 0.015.
_DIABETES = (
    figures.parameters(177),
    *(figures.train("accuracy", 0.7245, 0.02), figures.train("loss", 0.5132, 0.01)),
    *(figures.test("accuracy", 0.7853, 0.02), figures.test("loss", 0.4408, 0.01)),
    *(figures.epoch(1, 0.9480, 0.265), figures.epoch(1010, 0.5135, 0.01)),
)
# The 95 % interval of the loss on 10,000 images is 0.01 to each side.
_FASHION = (figures.parameters(266_610), figures.test("accuracy", 0.8794, 0.01), figures.test("loss", 0.3350, 0.02))
_MNIST = (figures.test("accuracy", 0.9569, 0.01), figures.test("loss", 0.1423, 0.02))

ROWS = (
    _row(1, "threshold unit", "AND, OR, XOR", "learns AND and OR, never XOR", checks.gates, "and_gate", "or_gate", "xor_gate"),
    _row(2, "scikit-learn Perceptron", "iris petals", "accuracy 1.0, (2, 0.5) is no setosa", checks.setosa, "iris_perceptron"),
    _row(
        *(3, "2-2-1 sigmoid network", "XOR", "a search that solves XOR; SGD 0.1 x 100 epochs does not"),
        *(checks.solved_xor, "xor_network", _PRINTED),
    ),
    _row(4, "2-2-2 network", "two half moons", "12 parameters, gradients to 1e-6", checks.chain_rule, "moons"),
    _row(5, "linear regression", "time and score", "W near 20, b near 0; least squares", checks.lines, "time_scores", _NOISY),
    _row(5, "linear regression", "exam scores", "least squares", checks.exam_scores, "exam_scores", _EXAMS),
    _row(6, "one linear unit", "five generated features", "least squares to 1e-5", checks.least_squares, "least_squares"),
    _row(7, "logistic regression", "Pima diabetes", "accuracy about 0.77", checks.accuracy_within("pima", 0.74, 0.82), "pima"),
    _row(8, "softmax regression", "zoo", "training accuracy 1.0", checks.accuracy_within("zoo", 1.0), "zoo"),
    _row(8, "softmax regression", "hours, attendance and grade", "accuracy 1.0", checks.accuracy_within("hours_grades", 1.0), "hours_grades"),
    _row(9, "16-32-16-1", "five generated features", "both APIs equal", checks.both_apis, "dense_sequential", "dense_functional", *_SIGMOID),
    _row(
        *(10, "10-5-2 classifier", "diabetes"),
        "177 parameters; train 0.7245, loss 0.5132; test 0.7853, loss 0.4408; loss of epochs 0.9480 to 0.5135",
        *(figures.figures("diabetes_classifier", *_DIABETES), "diabetes_classifier"),
    ),
    _row(11, "scikit-learn MLPClassifier", "diabetes", "train 0.9962, test 0.695", checks.overfitting, "diabetes_scikit_learn"),
    _row(
        *(12, "784-300-100-10", "Fashion-MNIST", "266,610 parameters; test 0.8794, loss 0.3350"),
        *(figures.figures("fashion_mnist", *_FASHION), "fashion_mnist"),
    ),
    _row(13, "784-64-64-10", "MNIST", "test 0.9569, loss 0.1423", figures.figures("mnist", *_MNIST), "mnist"),
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
    _row(18, "LeNet-5", "MNIST", "test accuracy above row 13's", checks.beats("lenet-mnist", "mnist"), _DIGITS, after=(13,)),
    _row(19, "LSTM over rows", "MNIST", _ABOVE, checks.accuracy_within("recurrent_mnist", 0.95), "recurrent_mnist"),
    _row(19, "GRU over rows", "MNIST", _ABOVE, checks.accuracy_within("recurrent_mnist-gru", 0.95), _GRU),
    _row(19, "SimpleRNN over rows", "MNIST", _ABOVE, checks.accuracy_within("recurrent_mnist-simple", 0.95), _SIMPLE),
    _row(
        *(19, "recurrent networks", "generated waves", "far below the error of the last value"),
        *(checks.better_than_the_last_value("waves"), "waves"),
    ),
    _row(20, "residual and branches", "housing, digits", "searches and reloads", checks.reloads("residual", "branches"), "residual", "branches"),
    _row(21, "searchable MLP", "California housing", "validation MSE at or below 0.46", checks.value_at_most("housing_mlp", 0.46), "housing_mlp"),
)
