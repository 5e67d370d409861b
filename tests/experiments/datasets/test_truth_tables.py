import pytest

from experiments.datasets import truth_table


@pytest.mark.parametrize(("gate", "compute"), [("and", lambda a, b: a & b), ("or", lambda a, b: a | b), ("xor", lambda a, b: a ^ b)])
def test_every_part_is_the_four_rows(gate, compute):
    loaded = truth_table(gate)
    for part in ("train", "validation", "test"):
        inputs, output = loaded[part]
        assert inputs.to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert output.tolist() == compute(inputs["x1"], inputs["x2"]).tolist()


def test_another_gate_is_refused():
    with pytest.raises(ValueError, match='gate="nand" is not known; use one of and, or, xor'):
        truth_table("nand")
