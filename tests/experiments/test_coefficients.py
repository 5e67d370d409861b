import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from experiments.coefficients import coefficients


def test_errors_and_p_values_are_those_of_a_fitted_line():
    generator = np.random.default_rng(0)
    x = generator.normal(size=30)
    y = 0.3 * x + 1 + generator.normal(size=30)
    table = coefficients(pd.DataFrame({"x": x, "constant": 1.0}), pd.Series(y), np.array([[0.5], [2.0]]))
    line = linregress(x, y)
    assert table.loc["x", ["least_squares", "standard_error", "p_value"]].tolist() == pytest.approx([line.slope, line.stderr, line.pvalue])
    assert table.loc["constant", ["least_squares", "standard_error"]].tolist() == pytest.approx([line.intercept, line.intercept_stderr])
    assert table["network"].tolist() == [0.5, 2.0]
