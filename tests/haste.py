"""SQLite without its waits for the disk, for tests in which no power is cut: they take most of the time otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool


def _in_haste(connection: Any, *_: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def sqlite_in_haste() -> Iterator[None]:
    """Every connection that is taken out meanwhile leaves writing to the operating system."""
    event.listen(Pool, "checkout", _in_haste)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", _in_haste)
