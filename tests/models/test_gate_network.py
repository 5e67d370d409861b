import numpy as np
import pytest

from models.gate_network import GateNetwork, build_gate_network
from models.perceptron import ThresholdUnit

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.mark.parametrize("outputs", [[0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 1, 0], ["off", "on", "on", "off"]])
def test_units_that_know_and_and_or_learn_symmetric_gates(outputs):
    network = build_gate_network().fit(INPUTS, np.array(outputs))
    assert network.predict(INPUTS).tolist() == outputs
    assert [unit.predict(INPUTS).tolist() for unit in network.hidden_] == [[0, 0, 0, 1], [0, 1, 1, 1]]
    assert all(isinstance(unit, ThresholdUnit) for unit in (*network.hidden_, network.output_))


def test_another_input_or_setting_is_an_error():
    with pytest.raises(ValueError, match=r"the inputs have 2 columns from -1 to 1; expected 2 of 0 and 1"):
        GateNetwork().fit(2 * INPUTS - 1, [0, 1, 1, 0])
    with pytest.raises(ValueError, match="n_sweeps=0 at least 1"):
        GateNetwork(n_sweeps=0).fit(INPUTS, [0, 1, 1, 0])
