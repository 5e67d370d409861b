import pytest

from tests.measurements.population import main


@pytest.mark.slow
def test_the_table_has_a_row_for_training_alone_and_one_for_each_population(capsys):
    main(["--slots", "2"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[1] for row in rows] == ["one", "population", "population"]
    assert all(float(row[-1]) > 0 for row in rows)
