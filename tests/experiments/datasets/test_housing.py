import pytest
from sklearn.model_selection import train_test_split

from experiments.datasets import california_housing

COLUMNS = ["MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude"]


def test_it_is_split_twice_by_the_default_of_scikit_learn(real):
    real("scikit_learn/cal_housing_py3.pkz")
    loaded = california_housing()
    assert {part: len(loaded[part][1]) for part in ("train", "validation", "test")} == {"train": 11_610, "validation": 3_870, "test": 5_160}
    assert loaded["train"][0].columns.tolist() == COLUMNS
    _, test = train_test_split(range(20_640), random_state=42)
    assert loaded["test"][1].index.tolist() == test


@pytest.mark.filterwarnings("ignore:Retry downloading:UserWarning")
def test_a_file_that_cannot_be_had_is_named(empty):
    with pytest.raises(FileNotFoundError, match=rf'"cal_housing_py3\.pkz" in {empty}.*https://.*PERCEPTUNE_DATA'):
        california_housing()
