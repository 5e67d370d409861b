"""Rules of ``[space.rules]``: expressions over the names of hyperparameters, which a combination must make true.

An expression is compiled after a check that it has names, numbers, text, comparisons, logic, arithmetic and a few functions, and
nothing else: no attribute, no index, no other call.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..errors import nearest

FUNCTIONS: Mapping[str, Any] = {"abs": abs, "len": len, "max": max, "min": min, "sum": sum}
"""Functions that a rule may use."""
_NODES = (
    *(ast.Expression, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple, ast.Call),
    *(ast.cmpop, ast.boolop, ast.unaryop, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod),
)
_ALLOWED = "names, numbers, text, lists, < <= > >= == != in, and or not, + - * / // %, abs len max min sum"


_Evaluate = Callable[[Mapping[str, Any]], bool | None]
"""Returns whether a part of a rule is true of some values; None if it is about a hyperparameter that is not among them."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: Its key in the experiment file.
        expression: Its text.
        names: The hyperparameters that it is about.
    """

    name: str
    expression: str
    names: frozenset[str]
    _evaluate: _Evaluate = field(repr=False, compare=False)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Return whether a combination obeys; one for which the rule cannot be computed does not.

        A comparison with a hyperparameter that does not exist in the combination is neither true nor false (Kleene's logic), and the
        combination obeys a rule that is not false.
        """
        try:
            return self.evaluate(values)
        except (ArithmeticError, TypeError, ValueError):
            return False

    def evaluate(self, values: Mapping[str, Any]) -> bool:
        """Return whether a combination obeys, or raise what prevents the rule from being computed."""
        return self._evaluate(values) is not False


@cache
def parse_rule(name: str, expression: str) -> Rule:
    """Parse a rule.

    Args:
        name: Its key.
        expression: Its text, such as ``n_neurons_2 <= n_neurons_1``.

    Raises:
        ValueError: If it is no expression, or has more than a rule may have.
    """
    where = f'rules.{name} = "{expression}"'
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{where} is no expression ({getattr(error, 'msg', error)}); write such as n_neurons_2 <= n_neurons_1") from None
    for node in ast.walk(tree):
        _check_node(node, where)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
    if not names:
        raise ValueError(f"{where} names no hyperparameter; write such as n_neurons_2 <= n_neurons_1")
    is_comparison = isinstance(tree.body, ast.Compare | ast.BoolOp | ast.UnaryOp)
    if not is_comparison:
        raise ValueError(f"{where} compares nothing, so that it is always true or always false; write such as n_neurons_2 <= n_neurons_1")
    return Rule(name, expression, names, _compiled(tree.body))


def _compiled(node: ast.expr) -> _Evaluate:
    """Return a function that evaluates a part of a rule."""
    match node:
        case ast.BoolOp(op=op, values=values):
            return _joined([_compiled(value) for value in values], decisive=isinstance(op, ast.Or))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _negated(_compiled(operand))
        case ast.Compare(left=left, ops=ops, comparators=[_, _, *_] as others):
            pairs = zip([left, *others], ops, others, strict=False)  # a <= b <= c is a <= b and b <= c
            return _joined([_compiled(ast.Compare(first, [op], [second])) for first, op, second in pairs], decisive=False)
    names = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name) and part.id not in FUNCTIONS)
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "rule", "eval")

    def evaluate(values: Mapping[str, Any]) -> bool | None:
        if not names <= values.keys():
            return None
        return bool(eval(code, {"__builtins__": {}, **FUNCTIONS}, dict(values)))  # noqa: S307 - only what `_NODES` lists was compiled

    return evaluate


def _joined(parts: Sequence[_Evaluate], *, decisive: bool) -> _Evaluate:
    """Return "or" of some parts if one that is true decides it, "and" if one that is false does."""

    def evaluate(values: Mapping[str, Any]) -> bool | None:
        found = [part(values) for part in parts]
        return decisive if decisive in found else None if None in found else not decisive

    return evaluate


def _negated(part: _Evaluate) -> _Evaluate:
    def evaluate(values: Mapping[str, Any]) -> bool | None:
        found = part(values)
        return None if found is None else not found

    return evaluate


def _check_node(node: ast.AST, where: str) -> None:
    if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords):
        given = ast.unparse(node.func)
        raise ValueError(f"{where}: {given}() is no function of a rule; {nearest(given, FUNCTIONS)}")
    is_text = isinstance(node, ast.BinOp) and any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right))
    if not isinstance(node, _NODES) or is_text or (isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str)):
        raise ValueError(f"{where}: {ast.unparse(node) or type(node).__name__} may not be in a rule; it may have {_ALLOWED}")
