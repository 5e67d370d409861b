import pytest

from search.experiment.hp_builders import names_hp_builder

MODULE = """
from keras_tuner import HyperModel
from elsewhere_of_hp import HyperThere, build_there as build_imported, make_pipeline
import elsewhere_of_hp as other

def build(hp): ...
def build_more(input_shape, *, hp): ...
def build_as_optuna(trial, n_outputs): ...
def build_plain(input_shape, width=1): ...
class Hyper(HyperModel):
    def build(self, hp): ...
class Other:
    def build(self, width): ...
hyper: HyperModel = Hyper()
plain = Other()
hyper_imported = HyperThere()
pipeline = make_pipeline(2)
"""
ELSEWHERE = """
def build_there(hp): ...
def make_pipeline(*steps): ...
class HyperThere:
    def build(self, hp): ...
"""


@pytest.fixture
def modules(tmp_path, monkeypatch):
    (tmp_path / "own_of_hp.py").write_text(MODULE)
    (tmp_path / "elsewhere_of_hp.py").write_text(ELSEWHERE)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("name", ["build", "build_more", "build_as_optuna", "Hyper", "hyper", "hyper_imported", "build_imported"])
def test_a_builder_with_a_parameter_hp_is_recognized_without_importing_it(name):
    assert names_hp_builder(f"own_of_hp:{name}")


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize(
    "reference", ["own_of_hp:build_plain", "own_of_hp:Other", "own_of_hp:plain", "own_of_hp:pipeline", "own_of_hp:missing", "no_such_module:build"]
)
def test_other_builders_are_not(reference):
    assert not names_hp_builder(reference)
    assert not names_hp_builder("models.mlp:build_mlp")
    assert not names_hp_builder("keras.applications:MobileNetV3Small")
