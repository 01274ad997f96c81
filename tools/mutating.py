"""Mutants of a source file: the same program with one sign changed, one after the other."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Gt, ast.Gt: ast.GtE, ast.LtE: ast.Lt, ast.Lt: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COUNT: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TESTED = (ast.If, ast.While, ast.IfExp)


@dataclass(frozen=True)
class Mutant:
    """One changed program: where, what was changed into what, and the program itself."""

    line: int
    change: str
    program: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source, in order of line. Annotations, docstrings and texts stay as they are."""
    program = ast.parse(source)
    spots = sorted(_spots(program), key=lambda spot: (spot[1], spot[2]))
    for path, line, _, change in spots:
        mutated = copy.deepcopy(program)
        node: ast.AST = mutated
        for field, index in path:
            held = getattr(node, field)
            node = held if index is None else held[index]
        before = ast.unparse(node).split("\n")[0]
        change(node)
        after = ast.unparse(node).split("\n")[0]
        yield Mutant(line, f"{before}  →  {after}", ast.fix_missing_locations(mutated))


Path = tuple[tuple[str, "int | None"], ...]
Change = Callable[[ast.AST], None]


def _spots(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, int, int, Change]]:
    """(way to the node, line, column, what changes it) for everything that can be changed below a node."""
    for change in _changes(node):
        yield path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), change
    for field, held in ast.iter_fields(node):
        if field in ("annotation", "returns", "bases", "decorator_list", "type_params"):
            continue
        for index, child in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if isinstance(child, ast.AST) and not _is_a_type(child):
                yield from _spots(child, (*path, (field, index)))


def _is_a_type(node: ast.AST) -> bool:
    """A module's own name for a type: `Names = Mapping[str, Decimal | None]`."""
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp) and (
        isinstance(node.targets[0], ast.Name) and node.targets[0].id[:1].isupper() and not node.targets[0].id.isupper()
    )  # fmt: skip


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            yield lambda found, place=place, sign=sign: found.ops.__setitem__(place, _COMPARE[type(sign)]())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COUNT:
        yield lambda found: setattr(found, "op", _COUNT[type(found.op)]())  # type: ignore[attr-defined]
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield lambda found: setattr(found, "op", other())
    elif isinstance(node, ast.UnaryOp):
        yield lambda found: setattr(found, "operand", ast.UnaryOp(type(node.op)(), found.operand))  # type: ignore[attr-defined]
    elif isinstance(node, ast.Constant):
        yield from _other_constant(node)
    elif isinstance(node, ast.Call):
        yield from _other_call(node)
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield lambda found: setattr(found, "value", ast.Constant(None))
    if isinstance(node, _TESTED):
        yield lambda found: setattr(found, "test", ast.UnaryOp(ast.Not(), found.test))  # type: ignore[attr-defined]


def _other_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield lambda found: setattr(found, "value", not value)
    elif isinstance(value, int):
        yield lambda found: setattr(found, "value", value + 1)


def _other_call(node: ast.Call) -> Iterator[Change]:
    if not isinstance(node.func, ast.Name):
        return
    if node.func.id in _CALLS:
        yield lambda found: setattr(found.func, "id", _CALLS[found.func.id])  # type: ignore[attr-defined]
    if node.func.id == "Decimal" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        try:
            number = Decimal(node.args[0].value)
        except InvalidOperation:
            return
        yield lambda found: setattr(found.args[0], "value", str(number * 10))  # type: ignore[attr-defined]
