"""docs/schema.md from the models themselves: every table, its columns, keys, checks, and what its class says of it."""

from __future__ import annotations

import ast
import importlib
import inspect
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Engine, Table, UniqueConstraint, create_engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

from licensetrack.core import schema
from licensetrack.core.db import Base
from licensetrack.verify.ledger_checks import LEDGER_CHECKS
from tools.writing import ROOT, opening, storeys, table

PACKAGE = ROOT / "licensetrack"
INVARIANTS = """\
`licensetrack verify` asks these of the tables. Besides them it asks the audit chain, the digest of every operation's
events and of every signed evaluation, every stored file, and the database engine itself."""
SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def document() -> str:
    """The whole page."""
    kept = append_only()
    lines = [opening("schema")]
    for room, classes in _by_room():
        lines += [f"## {room}", ""]
        for found in classes:
            lines += _of_table(found, append_only=_table(found).name in kept)
    lines += ["## How the tables hang together", "", "```mermaid", "erDiagram", *_relations(), "```", ""]
    lines += ["## What must always hold", "", INVARIANTS, "", *(f"- {name}" for name in LEDGER_CHECKS)]
    return "\n".join(lines).rstrip() + "\n"


def append_only() -> set[str]:
    """Tables that refuse UPDATE and DELETE, asked of a database at the newest migration."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'schema.db'}"
        schema.upgrade(url)
        engine: Engine = create_engine(url)
        with engine.connect() as connection:
            triggers = connection.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        engine.dispose()
    refused = {verb: {row.tbl_name for row in triggers if f"BEFORE {verb}" in row.sql} for verb in ("UPDATE", "DELETE")}
    return refused["UPDATE"] & refused["DELETE"]


def models() -> list[type[DeclarativeBase]]:
    """Every class with a table, from wherever in the package it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "__tablename__" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [mapper.class_ for mapper in Base.registry.mappers]


def _by_room() -> Iterator[tuple[str, list[type[DeclarativeBase]]]]:
    rooms: dict[str, list[type[DeclarativeBase]]] = {}
    for found in models():
        rooms.setdefault(found.__module__.split(".")[1], []).append(found)
    for room in storeys():
        if room in rooms:
            yield room, sorted(rooms[room], key=lambda found: (found.__module__, inspect.getsourcelines(found)[1]))


def _of_table(found: type[DeclarativeBase], *, append_only: bool) -> list[str]:
    shape, said = _table(found), comments(found)
    rows = [
        [
            f"`{column.name}`", _type(column, SQLITE), _type(column, POSTGRESQL),
            "yes" if column.nullable else "", _key(column), said.get(column.name, ""),
        ]
        for column in shape.columns
    ]  # fmt: skip
    place = found.__module__.replace(".", "/") + ".py"
    lines = [
        f"### `{shape.name}`",
        "",
        f"`{found.__name__}` in `{place}`." + (" *Append-only.*" if append_only else ""),
    ]
    lines += ["", inspect.cleandoc(found.__doc__ or ""), ""]
    lines += table(["column", "SQLite", "PostgreSQL", "may be empty", "key", "remark"], rows)
    if rules := _rules(shape):
        lines += ["", *rules]
    return [*lines, ""]


def _table(found: type[DeclarativeBase]) -> Table:
    shape = found.__table__
    if not isinstance(shape, Table):
        raise TypeError(f"{found.__name__} is not mapped to a plain table")
    return shape


def _type(column: Column[object], dialect: Dialect) -> str:
    return str(column.type.compile(dialect=dialect)).lower()


def _key(column: Column[object]) -> str:
    parts = ["primary"] if column.primary_key else []
    parts += [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
    if column.unique:
        parts.append("unique")
    return ", ".join(parts)


def _rules(shape: Table) -> list[str]:
    """Checks, keys over several columns and indexes, in order of their names."""
    rules = []
    for constraint in sorted(shape.constraints, key=lambda one: str(one.name)):
        if isinstance(constraint, CheckConstraint):
            rules.append(f"- check `{constraint.name}`: `{constraint.sqltext}`")
        elif isinstance(constraint, UniqueConstraint) and (len(constraint.columns) > 1 or not _alone(constraint)):
            rules.append(f"- unique: {', '.join(f'`{column.name}`' for column in constraint.columns)}")
    for index in sorted(shape.indexes, key=lambda one: str(one.name)):
        rules.append(f"- index: {', '.join(f'`{column.name}`' for column in index.columns)}")
    return rules


def _alone(constraint: UniqueConstraint) -> bool:
    return all(column.unique for column in constraint.columns)


def comments(found: type) -> dict[str, str]:
    """Column → the remark that stands behind it in the source; a mixin's columns count as well."""
    said: dict[str, str] = {}
    for base in reversed(found.__mro__):
        if base.__module__.startswith("licensetrack.") and base is not Base:
            source = textwrap.dedent(inspect.getsource(base))
            lines = source.splitlines()
            [body] = ast.parse(source).body
            for node in body.body if isinstance(body, ast.ClassDef) else []:
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    _, mark, remark = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset or 0 :].partition(
                        "# "
                    )
                    if mark and not remark.startswith(("noqa", "fmt:", "type:")):
                        said[node.target.id] = remark
    return said


def _relations() -> list[str]:
    """One line for each foreign key, in the notation of Mermaid."""
    found = []
    for shape in Base.metadata.sorted_tables:
        for key in sorted(shape.foreign_keys, key=lambda one: str(one.parent.name)):
            least = "o|" if key.parent.nullable else "||"
            found.append(f"    {shape.name} }}o--{least} {key.column.table.name} : {key.parent.name}")
    return sorted(found)
