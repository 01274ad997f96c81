"""Column types that mean the same on SQLite and PostgreSQL: instants in UTC, JSON as text, money in whole fen."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, SmallInteger, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

SQLITE_INSTANT = "%Y-%m-%d %H:%M:%S.%f"

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER PRIMARY KEY


def _strict_type(name: str) -> Any:
    def render(_element: Any, _compiler: Any, **_options: Any) -> str:
        return name

    return render


# SQLite checks a column's type only in STRICT tables, and those know INTEGER, REAL, TEXT, BLOB and nothing else.
for _portable in (String, Text, Date, DateTime):
    compiles(_portable, "sqlite")(_strict_type("TEXT"))
for _whole in (Integer, BigInteger, SmallInteger, Boolean):
    compiles(_whole, "sqlite")(_strict_type("INTEGER"))


def instant_text(instant: dt.datetime) -> str:
    """An aware instant as both databases read it back from a plain string: UTC, microseconds, no zone."""
    return instant.astimezone(dt.UTC).strftime(SQLITE_INSTANT)


class Instant(TypeDecorator[dt.datetime]):
    """An aware datetime, kept in UTC. A naive one is refused: nobody could say which instant it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


# One encoder for all: `json.dumps` would make one for each value.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no blanks, so that equal values have equal text (and digests)."""
    return _encode(value)


class JsonText(TypeDecorator[Any]):
    """A dict or list as canonical JSON text: no database of the family needs a JSON type of its own."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Yuan(TypeDecorator[Decimal]):
    """Money as Decimal yuan with two places, kept as whole fen, so that every database adds it up exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        fen = value * 100
        if fen != fen.to_integral_value():
            raise ValueError("money has two decimal places at the most")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-2)
