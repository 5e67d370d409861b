"""Which version is the champion, with an MLflow store of its own: versions are files of metadata, and no model is trained."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from search.champion import champion_uri, promote_version
from search.champion.aliases import assign, choose, find
from search.champion.metadata import ChampionMetadata
from search.errors import ChampionError, InputError, StudyNotFoundError
from search.tracking.mlflow_connection import connect, prepare

METADATA = ChampionMetadata(
    study="wine",
    trial=3,
    params={},
    metric="val_auc",
    direction="maximize",
    value=0.82,
    data="wine",
    fingerprint="aa",
    target="good",
    task="binary",
    class_names=("no", "yes"),
    positive="yes",
    backend="",
)


class Registry:
    """A store with one registered model."""

    def __init__(self, folder):
        self.folder, self.tracking_uri = folder, f"sqlite:///{folder / 'mlflow.db'}"
        self.client = connect(self.tracking_uri)
        self.client.create_registered_model("wine")

    def register(self, run_id=None, earlier_runs=(), **facts):
        """Register a version with other facts, and return the sentence about the kept champion."""
        folder = self.folder / f"version{len(self.versions()) + 1}"
        (folder / "data" / "champion").mkdir(parents=True)
        dataclasses.replace(METADATA, **facts).save(folder / "data" / "champion")
        tags = {"perceptune.trial": str(facts.get("trial", folder.name))}
        version = self.client.create_model_version("wine", source=folder.as_uri(), run_id=run_id or f"run of {folder.name}", tags=tags)
        return assign(self.client, version, self.tracking_uri, earlier_runs)

    def versions(self):
        return self.client.search_model_versions("name = 'wine'")

    @property
    def aliases(self):
        return {alias: int(version) for alias, version in self.client.get_registered_model("wine").aliases.items()}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def registry(prepared, tmp_path):
    shutil.copyfile(prepared, tmp_path / "mlflow.db")
    return Registry(tmp_path)


def test_the_first_and_a_better_version_become_the_champion(registry):
    assert registry.register() == ""
    assert registry.aliases == {"champion": 1}
    assert registry.register(value=0.83) == ""
    assert registry.aliases == {"champion": 2}


@pytest.mark.parametrize(("direction", "better"), [("maximize", 0.9), ("minimize", 0.7)])
def test_a_worse_or_equal_version_is_the_challenger_until_the_champion_changes(registry, direction, better):
    registry.register(direction=direction)
    worse = 1.64 - better
    kept = registry.register(direction=direction, value=worse)
    assert kept == f'champion kept: version 1, val_auc of "yes" 0.82; version 2 has {worse:.5g}; perceptune promote wine 2 makes it the champion'
    assert registry.register(direction=direction)
    assert registry.aliases == {"champion": 1, "challenger": 3}
    assert registry.register(direction=direction, value=better) == ""
    assert registry.aliases == {"champion": 4}


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"fingerprint": "bb"}, "0.99 of other data (wine, fingerprint bb; not wine, fingerprint aa)"),
        ({"metric": "val_accuracy"}, 'another metric (maximize val_accuracy; not maximize val_auc of "yes")'),
        ({"positive": "no"}, 'another metric (maximize val_auc of "no"; not maximize val_auc of "yes")'),
        ({"evaluation": "5 folds"}, "another evaluation (5 folds; not validation part)"),
        ({"compared_by": "limits latency_ms 5"}, "other limits or objectives (limits latency_ms 5; not none)"),
    ],
)
def test_a_value_that_cannot_be_compared_moves_nothing(registry, facts, says):
    registry.register()
    kept = registry.register(value=0.99, **facts)
    assert says in kept
    assert "perceptune promote wine 2" in kept
    assert registry.aliases == {"champion": 1, "challenger": 2}


def test_an_earlier_versions_positive_class_is_the_last_class(registry):
    registry.register(positive=None)
    assert registry.register(value=0.9) == ""


def test_a_study_that_continues_is_compared_with_itself_whatever_its_first_version_wrote(registry):
    registry.register("run")
    assert registry.register("run", value=0.9, evaluation="validation part, loss mse") == ""


def test_a_champion_without_files_is_replaced(registry):
    registry.register()
    shutil.rmtree(registry.folder / "version1")
    assert registry.register(value=0.1) == ""
    assert registry.aliases == {"champion": 2}


def test_the_champion_is_chosen_by_hand(registry):
    registry.register()
    registry.register(value=0.5)
    one, two = "models:/wine/1", "models:/wine/2"
    assert promote_version("wine", tracking_uri=registry.tracking_uri) == (two, one)
    assert registry.aliases == {"champion": 2}
    assert champion_uri(one, registry.tracking_uri) == two == f"models:/wine/{find(registry.client, 'wine', 'champion').version}"
    assert promote_version("wine", 2, registry.tracking_uri) == (two, two)
    assert promote_version("wine", 1, registry.tracking_uri) == (one, two)
    assert champion_uri("models:/absent/1", registry.tracking_uri) is None


def test_what_a_person_has_chosen_in_place_of_a_better_one_is_kept(registry):
    registry.register("run")
    registry.register("run", value=0.7)
    promote_version("wine", 1, registry.tracking_uri)
    assert registry.register("run", value=0.9) == ""  # version 1 is the best one: nothing was given up
    promote_version("wine", 2, registry.tracking_uri)
    kept = registry.register("run", value=0.95)
    assert kept.startswith(
        'champion kept: version 2, which was promoted by hand, val_auc of "yes" 0.7; version 4 has 0.95; perceptune promote wine 4'
    )
    assert registry.aliases == {"champion": 2, "challenger": 4}
    promote_version("wine", 1, registry.tracking_uri)  # better than version 2, and worse than others
    assert registry.register("run", value=0.96).startswith("champion kept: version 1, which was promoted by hand")
    promote_version("wine", tracking_uri=registry.tracking_uri)
    assert registry.register("run", value=0.97) == ""


def test_a_choice_between_values_that_cannot_be_compared_is_kept(registry):
    registry.register("run")
    registry.register("other", metric="val_loss", direction="minimize", value=0.5)
    promote_version("wine", 2, registry.tracking_uri)
    assert registry.register("other", metric="val_loss", direction="minimize", value=0.4).startswith("champion kept: version 2, which was promoted")


def test_a_study_that_was_extended_by_another_objective_moves_the_alias_unless_a_person_has_chosen(registry):
    registry.register("run")
    by_loss = {"metric": "val_loss", "direction": "minimize", "value": 0.5, "trial": 9}
    assert registry.register("extended", earlier_runs=["run"], **by_loss) == ""
    assert registry.register("again", earlier_runs=["run", "extended"], **by_loss | {"value": 0.6, "trial": 7}).startswith(
        "champion kept: version 2, val_loss 0.5"
    )
    promote_version("wine", 1, registry.tracking_uri)
    assert registry.register("last", earlier_runs=["run", "extended", "again"], **by_loss).startswith("champion kept: version 1, which was promoted")


def test_what_cannot_be_chosen_is_refused_and_changes_nothing(registry):
    registry.register()
    registry.register(value=0.5)
    choose(registry.client, find(registry.client, "wine", "champion"))  # so that there is no challenger
    shutil.rmtree(registry.folder / "version2")
    cases = [
        (InputError, '"wine" has no challenger; name the version: perceptune promote wine VERSION; versions: 1 (champion), 2', "wine", None),
        (InputError, '"wine" has no version 9; versions: 1 (champion), 2', "wine", 9),
        (ChampionError, 'Version 2 of "wine" has no files of a champion', "wine", 2),
        (StudyNotFoundError, 'No champion is registered as "wime"; did you mean "wine"', "wime", None),
    ]
    for kind, message, study, version in cases:
        with pytest.raises(kind, match=re.escape(message)):
            promote_version(study, version, registry.tracking_uri)
    assert registry.aliases == {"champion": 1}


def test_choosing_creates_no_store(tmp_path):
    with pytest.raises(StudyNotFoundError, match="nothing is registered yet"):
        promote_version("wine", 1, f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert champion_uri("models:/wine/1", f"sqlite:///{tmp_path / 'mlflow.db'}") is None
    assert list(Path(tmp_path).iterdir()) == []
