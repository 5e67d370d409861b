"""Experiment files: what is read from them, and the one line that each mistake gets."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from search.errors import ExperimentError, InputError
from search.experiment.file import Experiment, ObjectiveSection, find_experiment, load_experiment, parse_experiment
from search.experiment.space import FloatParameter

MINIMAL = """
model = "models.mlp:build_mlp"
[data]
loader = "experiments.datasets:diabetes"
[objective]
metric = "val_accuracy"
direction = "maximize"
"""


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that writes a minimal experiment, changed, and returns its path."""

    def write_changed(old: str = "", new: str = "", more: str = "") -> Path:
        assert old in MINIMAL, old
        path = tmp_path / "trial-run.toml"
        path.write_text(MINIMAL.replace(old, new, 1) + more, encoding="utf-8")
        return path

    return write_changed


def test_a_minimal_file_gets_the_documented_defaults(write) -> None:
    experiment = load_experiment(write())
    assert experiment.name == "trial-run"
    assert (experiment.search.sampler, experiment.search.n_trials, experiment.executor.n_workers) == ("auto", 40, "auto")
    assert experiment.space.searched == {}
    assert experiment.space.training_settings({}).epochs == 100


def test_an_experiment_survives_pickling_and_its_own_dump(write) -> None:
    experiment = load_experiment(write(more="[space.training]\nepochs = { type = 'int', low = 1, high = 9 }"))
    assert pickle.loads(pickle.dumps(experiment)) == experiment
    assert Experiment.model_validate(experiment.model_dump()) == experiment


def test_reading_an_experiment_imports_nothing_heavy() -> None:
    code = "import sys, search.experiment.file; print({'keras', 'tensorflow', 'optuna', 'mlflow', 'sklearn', 'pandas'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_several_inputs_and_outputs_are_named_tables(write) -> None:
    experiment = load_experiment(
        write(
            '"val_accuracy"', '"val_main_loss"', "[preprocessing.inputs]\nwide = ['age']\n[outputs.main]\nweight = 0.9\n[outputs.aux]\ntarget = 'sex'"
        )
    )
    assert experiment.preprocessing.inputs == {"wide": ["age"]}
    assert {name: (output.target, output.loss, output.weight) for name, output in experiment.outputs.items()} == {
        "main": (None, "auto", 0.9),
        "aux": ("sex", "auto", 1.0),
    }
    assert list(Experiment.model_validate(experiment.model_dump(mode="json", exclude_none=True)).outputs) == ["main", "aux"]


def test_every_other_key_of_data_is_an_argument_and_a_relative_path_is_not_changed(write) -> None:
    experiment = load_experiment(write('diabetes"', 'csv"\npath = "data/rows.csv"\ntarget = "y"'))
    assert experiment.data.arguments == {"path": "data/rows.csv", "target": "y"}


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_text(MINIMAL, encoding="utf-8-sig")
    assert load_experiment(path).name == "marked"


# (what stands in the minimal file, what replaces it, what is added at its end, the line without the path)
MISTAKES = [
    (
        "model =",
        "modle =",
        "",
        'top level: unknown key "modle"; did you mean "model"? Valid: callbacks, champion, data, evaluation, executor, initial',
    ),
    ("", "", "[initial]\nweights = 'other'", 'initial.weights = "other": expected "models:/NAME@champion", "models:/NAME/VERSION", or a file that'),
    ("", "", "[initial]\nweights = 'models:/other'", 'initial.weights = "models:/other": expected "models:/NAME@champion"'),
    ("", "", "[initial]\nweights = { a = [[[1, 2], [3]]] }", "array 0 of layer a: expected numbers in lists of equal length"),
    ("", "", "[initial]\nweights = 'a.npz'\nlayers = 'matching'", 'layers = "matching" goes by names of layers, which .npz lacks'),
    ("", "", "[initial]\nlayers = 'matching'", 'initial: layers = "matching" needs weights'),
    ("", "", "[initial]\nweights = 'a.npz'\noptimizer_state = true", "optimizer_state is that of a registered model or of a .keras file"),
    ("", "", "[initial]\nweights = 'a.keras'\nlayers = 'matching'\noptimizer_state = true", 'of every weight; leave out layers = "matching"'),
    ("", "", "[champion]\noptimizer_state = true\n[evaluation]\nfolds = 3", "champion.optimizer_state is that of one model, but the champion has 3"),
    ("", "", "[initial]\nfreeze = -1", "initial.freeze = -1: expected at least 0"),
    ('model = "models.mlp:build_mlp"', "", "", 'top level: model is missing; add it, such as model = "mlp"'),
    ("", "", "[outputs.main]\nwait = 0.9", 'outputs.main: unknown key "wait"; did you mean "weight"?'),
    ("", "", "[outputs.main]\nweight = -1.0", "outputs.main.weight = -1.0: expected at least 0"),
    ("", "", '[outputs.main]\nloss = "mse"', 'outputs.main.loss = "mse": '),
    ("", "", "[outputs.'main output']\nweight = 1.0", "expected the name of a model's output in letters, digits and"),
    ("", "", "[preprocessing]\ninputs = { wide = [] }", "preprocessing.inputs.wide = []: expected at least one column"),
    ("", "", "[preprocessing]\ninputs = { wide = ['age', 'age'] }", '"age" is listed twice; write it once'),
    ("", "", "[preprocessing]\ninputs = { wide = 'age' }", 'preprocessing.inputs.wide = "age": expected a list in square brackets'),
    ("models.mlp:build_mlp", "models.mlp.build_mlp", "", 'expected a reference "package.module:name"; did you mean "models.mlp:build_mlp"?'),
    ("models.mlp:build_mlp", "models/mlp.py:build_mlp", "", 'model = "models/mlp.py:build_mlp": expected a reference'),
    ("models.mlp:build_mlp", "mpl", "", 'model = "mpl": expected a short name or a reference "package.module:name"; did you mean "mlp"?'),
    ('model = "models.mlp:build_mlp"', "[model]\nname = 1", "", 'model = { name = 1 }: expected a reference "package.module:name"'),
    ('loader = "experiments.datasets:diabetes"', "", "", 'data: loader is missing; add it, such as loader = "csv"'),
    ("val_accuracy", "accuracy", "", 'objective.metric = "accuracy": expected "val_" and the name of a metric; did you mean "val_accuracy"?'),
    ("val_accuracy", "val_", "", 'objective.metric = "val_": expected "val_" and the name of a metric, such as'),
    ('"maximize"', '"max"', "", 'objective.direction = "max": did you mean "maximize"? Valid: maximize, minimize'),
    ('direction = "maximize"', "", "", 'objective: direction is missing; add it, such as direction = "maximize"'),
    ('direction = "maximize"', 'direction = "maximize"\nmetrics = "auc"', "", 'objective.metrics = "auc": expected a list in square brackets'),
    ("", "", "n_trials = 3", 'objective: unknown key "n_trials"; it belongs in [search]'),
    ("", "", "space = 3", 'objective: unknown key "space"; it belongs in the top of the file'),
    ("", "space = 3\n", "", "space = 3: expected a table"),
    ("", "", "[serach]", 'top level: unknown key "serach"; did you mean "search"?'),
    ("", "", "[search]\nn_trials = 1e3", "search.n_trials = 1000.0: expected a whole number; write 1000"),
    ("", "", "[search]\nn_trials = 0", "search.n_trials = 0: expected at least 1"),
    ("", "", "[search]\nn_trials = true", "search.n_trials = true: expected a whole number"),
    ("", "", "[search]\nseed = -1", "search.seed = -1: expected at least 0"),
    ("", "", "[search]\nsampler = 3", 'search.sampler = 3: expected text in quotation marks; write "3"'),
    ("", "", "[search]\ntimeout_seconds = nan", "search.timeout_seconds = nan: expected a finite number"),
    ("", "", "[executor]\nn_workers = 'automatic'", 'executor.n_workers = "automatic": expected a whole number of at least 1, or "auto"'),
    ("", "", "[executor]\nn_workers = 0", "executor.n_workers = 0: expected at least 1"),
    ("", "", "[preprocessing]\nnumeric = 'standart'", 'preprocessing.numeric = "standart": did you mean "standard"? Valid: minmax, none'),
    ("", 'name = "a b"\n', "", 'name = "a b": expected letters, digits, "-" and "_"'),
]


@pytest.mark.parametrize(("old", "new", "more", "message"), MISTAKES)
def test_a_mistake_is_reported_in_one_line_with_its_path_and_fix(write, old: str, new: str, more: str, message: str) -> None:
    path = write(old, new, more)
    with pytest.raises(ExperimentError) as raised:
        load_experiment(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"val_accuracy"', "val_accuracy", "at line 6, column 10): metric = val_accuracy; write text in quotation marks"),
        ('"val_accuracy"', '"val_accuracy', "close the quotation mark"),
        ("[objective]", "[objective", "at line 5, column 11): [objective"),
        ("[objective]", "[data]", "at line 5, column 6): [data]; write each table once"),
        ('"maximize"', '"maximize"\nmetric = "val_loss"', 'at line 8, column 20): metric = "val_loss"; write each key once'),
    ],
)
def test_broken_toml_is_shown_with_its_line(write, old: str, new: str, message: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(message)):
        load_experiment(write(old, new))


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b'name = "caf\xe9"')
    with pytest.raises(ExperimentError, match="save it in UTF-8"):
        load_experiment(path)


def test_a_file_name_that_cannot_name_a_study_is_refused(write) -> None:
    path = write()
    with pytest.raises(ExperimentError, match=r'name = "trial.run": expected letters.*rename the file'):
        load_experiment(path.rename(path.with_name("trial.run.toml")))


def test_a_shipped_experiment_is_found_by_its_stem_from_any_folder_after_the_user_s_own(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_experiment("diabetes") == Path(__file__).parents[3] / "experiments" / "diabetes.toml"
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "diabetes.toml").touch()
    assert find_experiment("diabetes") == Path("experiments/diabetes.toml")


def test_a_short_name_is_the_reference_of_a_shipped_part(write) -> None:
    by_reference = load_experiment(write())
    short = load_experiment(write(), ["model=mlp", "data.loader=diabetes"])
    long = load_experiment(write(), ["model=models.mlp:build_mlp", "data.loader=experiments.datasets:diabetes"])
    assert (short.model, short.data.loader) == ("models.mlp:build_mlp", "experiments.datasets:diabetes")
    assert short.fingerprint == long.fingerprint
    assert load_experiment(write(), [f"model={by_reference.model}"]).fingerprint == by_reference.fingerprint


@pytest.mark.parametrize("given", ["diabets", "experiments/diabets.toml"])
def test_a_missing_file_is_refused_with_the_nearest_one(given: str) -> None:
    with pytest.raises(ExperimentError, match=f'There is no experiment file "{given}".*did you mean "diabetes"'):
        find_experiment(given)


def test_an_override_replaces_a_searched_hyperparameter_by_a_fixed_one(write) -> None:
    path = write(more="[space.model]\nn_hidden = { type = 'int', low = 0, high = 3 }")
    experiment = load_experiment(path, ["space.model.n_hidden=2"])
    assert experiment.space.searched == {}
    assert experiment.space.model_arguments({}) == {"n_hidden": 2}


def test_overrides_accept_toml_values_plain_text_and_keys_of_new_tables(write) -> None:
    given = ["objective.metric=val_loss", "objective.direction=minimize", "search.seed = 7", "model=my.models:build", 'name="again"']
    searched = 'space.training.learning_rate={type="float",low=1,high=1}'
    experiment = load_experiment(write(), [*given, searched, "space.training.learning_rate.high=2"])
    assert (experiment.objective.metric, experiment.search.seed, experiment.model, experiment.name) == ("val_loss", 7, "my.models:build", "again")
    assert experiment.space.searched == {"learning_rate": FloatParameter(type="float", low=1, high=2)}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("epochs", "--set epochs: expected key.path=value"),
        ("space..epochs=1", "expected key.path=value"),
        ("search.seed=", "expected key.path=value"),
        ("model.name=1", "--set model.name=1: model is a value, not a table; set it as a whole"),
        ("space.training.epoch=1", '--set space.training.epoch=1: space.training: unknown key "epoch"; did you mean "epochs"?'),
        ("search.n_trials=many", '--set search.n_trials=many: search.n_trials = "many": expected a whole number'),
    ],
)
def test_a_wrong_override_is_named(write, override: str, message: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(message)):
        load_experiment(write(), [override])


def test_the_fingerprint_ignores_only_name_search_and_executor(write) -> None:
    original = load_experiment(write())
    for means in ("name=other", "search.seed=5", "search.sampler=random", "executor.n_workers=3"):
        assert load_experiment(write(), [means]).fingerprint == original.fingerprint
    for matter in ("space.training.epochs=5", "space.model.n_hidden=1", "data.rows=5", "model=a:b", "preprocessing.numeric=none"):
        assert load_experiment(write(), [matter]).fingerprint != original.fingerprint


def test_writing_out_a_default_does_not_change_the_fingerprint(write) -> None:
    written = ["space.training.epochs=100", "space.training.class_weight=none"]
    assert load_experiment(write(), written).fingerprint == load_experiment(write()).fingerprint
    assert "class_weight" not in load_experiment(write(), written).model_dump()["space"]["training"]  # studies of earlier versions keep theirs


def test_content_from_elsewhere_is_checked_like_a_file() -> None:
    with pytest.raises(InputError, match="request: top level: name is missing"):
        parse_experiment({}, "request")


@pytest.mark.parametrize(("direction", "better", "worse"), [("minimize", 1.0, 2.0), ("maximize", 2.0, 1.0)])
def test_a_value_is_compared_in_the_objectives_direction(direction: str, better: float, worse: float) -> None:
    objective = ObjectiveSection.model_validate({"metric": "val_loss", "direction": direction})
    assert objective.is_better(better, worse)
    assert not objective.is_better(worse, better)
    assert not objective.is_better(better, better)
    assert objective.is_better(worse, None)


def test_a_later_key_at_its_default_leaves_the_fingerprint_as_it_was():
    content = {"name": "n", "model": "a:b", "data": {"loader": "a:b"}, "objective": {"metric": "val_loss", "direction": "minimize"}}
    fingerprints = [
        parse_experiment(content | {"preprocessing": section}, "n").fingerprint for section in ({}, {"target": "standard"}, {"target": "log"})
    ]
    assert fingerprints[0] == fingerprints[1] == "bb07f102f7465a16" != fingerprints[2]


@pytest.mark.parametrize(
    ("change", "pruner"),
    [
        ({}, "halving"),
        ({"search": {"n_trials": 19}}, "none"),
        ({"search": {"pruner": "median", "n_trials": 2}}, "median"),
        ({"search": {"pruner": "none"}}, "none"),
        ({"search": {"reproducible": True}}, "none"),
        ({"space": {"training": {"epochs": 26}}}, "none"),
        ({"space": {"training": {"epochs": {"type": "int", "low": 5, "high": 27}}}}, "halving"),
        ({"evaluation": {"folds": 5}}, "none"),
    ],
)
def test_auto_stops_trials_early_where_that_is_known_to_help(change, pruner):
    content = {"name": "e", "model": "mlp", "data": {"loader": "wine"}, "objective": {"metric": "val_loss", "direction": "minimize"}}
    assert parse_experiment({**content, **change}, "file").pruner == pruner


def test_options_need_the_name_of_their_pruner():
    content = {"name": "e", "model": "mlp", "data": {"loader": "wine"}, "objective": {"metric": "val_loss", "direction": "minimize"}}
    with pytest.raises(ExperimentError, match="pruner_options need the pruner that they are of; write its name"):
        parse_experiment({**content, "search": {"pruner_options": {"n_warmup_epochs": 3}}}, "file")
