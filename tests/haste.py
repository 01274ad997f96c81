"""SQLite without its waits for the disk: no test of this process cuts the power, and they took a third of the time."""

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


@contextmanager
def sqlite_as_it_is() -> Iterator[None]:
    """What is taken out meanwhile waits for the disk as the program makes it."""
    event.remove(Pool, "checkout", _in_haste)
    try:
        yield
    finally:
        event.listen(Pool, "checkout", _in_haste)
