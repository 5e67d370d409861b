"""Recognizes builders that ask for their hyperparameters by their source, without importing them.

They are functions with a parameter ``hp``, and hypermodels, as of Keras Tuner, and functions with a parameter ``trial``, as of Optuna.
"""

import ast
from collections.abc import Iterator

from .source_code import own_file, parse

HP, TRIAL = "hp", "trial"
"""The names of the parameter by which a builder asks for its hyperparameters, as Keras Tuner's or as Optuna's."""
_MAX_STEPS = 9
"""Imports that are followed from a reference to the definition."""


def names_hp_builder(reference: str) -> bool:
    """Return whether a reference names a builder in a module of the user that asks for its hyperparameters.

    Args:
        reference: A function whose parameters have ``hp`` or ``trial``, a class whose method ``build`` has it, or an instance of such a class.
    """
    module, _, name = reference.partition(":")
    for _ in range(_MAX_STEPS):
        file = own_file(module)
        tree = parse(file) if file is not None and file.suffix == ".py" else None
        if file is None or tree is None:
            return False
        definitions = {of: node for node in tree.body for of in _names(node)}
        node = definitions.get(name)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):  # an instance of a class
            name = getattr(node.value.func, "id", "")
            node = definitions.get(name)
        if not isinstance(node, ast.ImportFrom):
            return _has_hp(node)
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        module = ".".join(filter(None, [*base, node.module]))
        name = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    return False


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)


def _has_hp(node: ast.AST | None) -> bool:
    if isinstance(node, ast.FunctionDef):
        return any(argument.arg in (HP, TRIAL) for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    if isinstance(node, ast.ClassDef):
        return any(isinstance(method, ast.FunctionDef) and method.name == "build" and _has_hp(method) for method in node.body)
    return False
