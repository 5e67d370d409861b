import pytest

from experiments.datasets import truth_table


@pytest.mark.parametrize(
    ("gate", "compute"),
    [
        ("and", lambda a, b: a & b),
        ("or", lambda a, b: a | b),
        ("xor", lambda a, b: a ^ b),
        ("identity", lambda a, b: a),
        ("and_not", lambda a, b: a & (1 - b)),
    ],
)
def test_every_part_is_the_four_rows(gate, compute):
    loaded = truth_table(gate)
    for part in ("train", "validation", "test"):
        inputs, output = loaded[part]
        assert inputs.to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert output.tolist() == compute(inputs["x1"], inputs["x2"]).tolist()


def test_signed_outputs_are_minus_1_and_1():
    assert truth_table("or", is_signed=True)["train"][1].tolist() == [-1, 1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gate": "nand"}, 'gate="nand" is not known; use one of and, or, xor, identity, and_not'),
        ({"task": "multiclass"}, 'task="multiclass" is not known; use one of binary, regression'),
    ],
)
def test_another_gate_or_task_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        truth_table(**arguments)
