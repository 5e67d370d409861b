import ast
import sys

import keras
import pytest

from search.champion import bundled_code

MODULES = {"sklearn": "scikit-learn"}


def test_the_bundled_files_import_only_what_the_requirements_name():
    imported = set()
    for file in bundled_code.source_files():
        for node in ast.walk(ast.parse((bundled_code.ROOT / file).read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    foreign = {MODULES.get(name, name) for name in imported - sys.stdlib_module_names}
    assert foreign <= set(bundled_code.REQUIREMENTS)


def test_neither_training_nor_tracking_is_bundled():
    assert not [file for file in bundled_code.source_files() if file.startswith(("training", "tracking", "executors", "samplers"))]


def test_a_model_of_keras_layers_needs_no_module(tmp_path):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="relu", kernel_regularizer="l2")]).save(tmp_path / "1.keras")
    assert bundled_code.own_modules(tmp_path / "1.keras", "models.mlp:build_mlp") == ()


def test_a_model_with_a_custom_layer_needs_the_modules_of_layer_and_builder(spec):
    assert bundled_code.own_modules(spec.model_paths[0], spec.experiment.model) == ("own_network.builder", "own_network.layers")


def test_a_registered_function_needs_the_builders_module(tmp_path):
    @keras.saving.register_keras_serializable(package="test_carried")
    def twice(x):
        return 2 * x

    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation=twice)]).save(tmp_path / "1.keras")
    assert "own_network.builder" in bundled_code.own_modules(tmp_path / "1.keras", "own_network.builder:build")


def test_only_the_users_modules_that_are_needed_are_bundled_and_an_installed_one_is_pinned_instead(own_network, tmp_path):
    paths = bundled_code.copy_code(tmp_path, ["own_network.builder", "keras.layers"])
    assert [path.rpartition("/")[2] for path in paths] == [bundled_code.package(), "own_network"]
    assert sorted(path.name for path in (tmp_path / "own_network").iterdir()) == ["__init__.py", "builder.py", "layers.py"]  # no data.py
    assert bundled_code.requirements("tensorflow", ["own_network.layers"])[-1].startswith("tensorflow")


def test_a_file_beside_the_builders_file_is_bundled_if_it_is_imported(monkeypatch, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "lonely_builder.py").write_text("def build():\n    from lonely_helper import size\n")
    (tmp_path / "own" / "lonely_helper.py").write_text("size = 3\n")
    (tmp_path / "own" / "secrets_of_mine.py").write_text("token = 'x'\n")
    monkeypatch.syspath_prepend(tmp_path / "own")
    paths = bundled_code.copy_code(tmp_path / "code", ["lonely_builder"])
    assert [path.rpartition("/")[2] for path in paths[1:]] == ["lonely_builder.py", "lonely_helper.py"]


def test_a_module_that_is_nowhere_is_named(tmp_path):
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'nowhere\.layers'"):
        bundled_code.copy_code(tmp_path, ["nowhere.layers"])
