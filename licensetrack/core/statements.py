"""Statements beside the objects of a session: writes that tell how many rows they met, inserts for either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

QUIETLY = {"synchronize_session": False}  # objects that were read before are not told


def touched(db: Session, statement: Executable) -> int:
    """Runs an UPDATE or DELETE; how many rows it met. By compare and set, none means that somebody was faster."""
    done: Any = db.execute(statement, execution_options=QUIETLY)
    return int(done.rowcount)


def insert_for(db: Session, table: Any) -> Any:
    """An INSERT of the database at hand, that knows `on_conflict_do_nothing`; both kinds write it alike."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table)
