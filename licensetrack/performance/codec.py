"""Dataclasses to plain JSON data and back by their types, so that a snapshot of years ago is read as it was written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Dataclasses as dicts; Decimals, days and instants are left to the canonical JSON, which writes them as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(one) for one in value]
    return value


def from_plain(wanted: type[T], data: Any) -> T:
    """A dataclass from what `to_plain` and JSON made of it. Fields that are not there keep their default."""
    made: T = _decode(wanted, data)
    return made


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)


def _decode(wanted: Any, data: Any) -> Any:
    origin, parts = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _decode_one_of(parts, data)
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return tuple(_decode(parts[0], one) for one in data)
        return tuple(_decode(part, one) for part, one in zip(parts, data, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _decode(parts[1], one) for key, one in data.items()}
    if dataclasses.is_dataclass(wanted):
        hints = _hints(wanted)  # type: ignore[arg-type]
        return wanted(**{name: _decode(hints[name], one) for name, one in data.items() if name in hints})  # type: ignore[operator]
    if wanted is Decimal:
        return Decimal(data)
    if wanted in (dt.date, dt.datetime):
        return wanted.fromisoformat(data)
    return data


def _decode_one_of(parts: tuple[Any, ...], data: Any) -> Any:
    """A union with None, or the union of whole numbers and decimals, of which only the latter are texts."""
    if data is None:
        return None
    rest = [part for part in parts if part is not type(None)]
    if len(rest) == 1:
        return _decode(rest[0], data)
    return Decimal(data) if isinstance(data, str) else data
