import pytest

from experiments.datasets import pima, zoo

PARTS = ("train", "validation", "test")


def test_pima_has_768_women_of_whom_268_have_diabetes(real):
    real("tables/pima.csv")
    loaded = pima()
    assert sum(len(loaded[part][1]) for part in PARTS) == 768
    assert sum(int(loaded[part][1].sum()) for part in PARTS) == 268


def test_diabetes_is_the_second_class_of_the_scaled_table_too(real):
    real("tables/pima_scaled.csv")
    features, diabetes = pima(scaled=True, whole=True)["train"]
    assert len(features) == 759
    assert features.abs().to_numpy().max() <= 1
    assert features["glucose"][diabetes == 1].mean() > features["glucose"][diabetes == 0].mean()


def test_zoo_has_101_animals_of_seven_kinds(real):
    real("tables/zoo.csv")
    loaded = zoo(whole=True)
    features, kind = loaded["train"]
    assert (features.shape, kind.nunique()) == ((101, 16), 7)
    assert features["milk"][kind == loaded["class_names"].index("mammal")].all()
    assert features["feathers"][kind == loaded["class_names"].index("bird")].all()
    assert {len(loaded[part][1]) for part in PARTS} == {101}
    assert sum(len(zoo()[part][1]) for part in PARTS) == 101


@pytest.mark.filterwarnings("ignore:A network error occurred:UserWarning")
@pytest.mark.parametrize("loader", [pima, zoo])
def test_what_is_neither_there_nor_to_be_downloaded_is_named(empty, loader):
    with pytest.raises(FileNotFoundError, match=rf'"tables/{loader.__name__}\.csv".*in {empty}; get it from https://www\.openml\.org.*downloaded'):
        loader()
