"""Reading a file that people edit: each field is asked for by name and kind, what is wrong is said with its place."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, overload

from licensetrack.core.errors import Refused

_NEEDED = object()


class FileError(Refused):
    """A file of the performance side cannot be used. Its msgid is “%(place)s: ” and the problem's own msgid."""

    def __init__(self, place: str, problem: str, /, **values: object) -> None:
        super().__init__(f"%(place)s: {problem}", place=place, **values)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file, numbers exact. Raises FileError that names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(path.name, "this is not a TOML file: %(problem)s", problem=error) from None


class Table:
    """One table of the file. Ask for its fields, then `close` it: fields that nobody asked for are typing errors."""

    def __init__(self, data: Mapping[str, Any], place: str, *, unfinished: bool = False) -> None:
        self._data = data
        self._asked: set[str] = set()
        self._unfinished = unfinished  # somebody still writes it: a needed text may be empty yet
        self.place = place

    def rename(self, *fields: str) -> None:
        """Calls the place by what stands in these fields, so that an error reads “…: C11 虚拟化软件授权数量: …”."""
        words = " ".join(str(self._data[field]) for field in fields if field in self._data)
        if words:
            self.place = f"{self.place.split(':')[0]}: {words}"

    def demand(self, holds: bool, problem: str, /, **values: object) -> None:
        """Raises FileError unless it holds."""
        if not holds:
            raise FileError(self.place, problem, **values)

    def _take(self, field: str, default: object) -> Any:
        self._asked.add(field)
        self.demand(field in self._data or default is not _NEEDED, "“%(field)s” is missing", field=field)
        return self._data.get(field, default)

    def text(self, field: str, default: object = _NEEDED) -> str:
        """A text without blanks around it; a needed one must not be empty."""
        value = self._take(field, default)
        self.demand(isinstance(value, str), "“%(field)s” must be a text", field=field)
        empty = default is _NEEDED and not value.strip()
        self.demand(not empty or self._unfinished, "“%(field)s” is empty", field=field)
        return str(value).strip()

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts, empty where the field is missing."""
        value = self._take(field, [])
        listed = isinstance(value, list) and all(isinstance(one, str) for one in value)
        self.demand(listed, "“%(field)s” must be a list of texts", field=field)
        return tuple(one.strip() for one in value)

    @overload
    def number(self, field: str) -> Decimal: ...
    @overload
    def number(self, field: str, default: Decimal) -> Decimal: ...
    @overload
    def number(self, field: str, default: None) -> Decimal | None: ...
    def number(self, field: str, default: object = _NEEDED) -> Decimal | None:
        """A number; a text that reads as one will do, since frozen content keeps decimals as texts."""
        value = self._take(field, default)
        if value is None:
            return None
        try:
            self.demand(not isinstance(value, bool | float), "“%(field)s” must be a number", field=field)
            number = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise FileError(
                self.place, "“%(field)s” must be a number, not %(value)s", field=field, value=value
            ) from None
        self.demand(number.is_finite(), "“%(field)s” must be a number, not %(value)s", field=field, value=value)
        return number

    def flag(self, field: str, default: bool | None) -> bool | None:
        """Yes or no."""
        value = self._take(field, default)
        self.demand(value is None or isinstance(value, bool), "“%(field)s” must be true or false", field=field)
        return None if value is None else bool(value)

    def day(self, field: str) -> dt.date:
        """A day, as TOML writes it (2024-12-31)."""
        value = self._take(field, _NEEDED)
        try:
            return value if type(value) is dt.date else dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise FileError(
                self.place, "“%(field)s” must be a day such as 2024-12-31, not %(value)s", field=field, value=value
            ) from None

    def day_or_none(self, field: str) -> dt.date | None:
        """A day, or None where the field is missing or empty."""
        return self.day(field) if self._take(field, None) else None

    def counts(self, field: str) -> tuple[int, ...] | None:
        """A list of whole numbers; None where the field is missing."""
        value = self._take(field, None)
        listed = value is None or (isinstance(value, list) and all(type(one) is int for one in value))
        self.demand(listed, "“%(field)s” must be a list of whole numbers", field=field)
        return None if value is None else tuple(value)

    def plain(self, field: str) -> dict[str, Any]:
        """A table inside this one as it stands, for whoever knows its fields; empty where it is missing."""
        value = self._take(field, {})
        self.demand(isinstance(value, Mapping), "“%(field)s” must be a table", field=field)
        return dict(value)

    def moved(self, *fields: str) -> dict[str, Any]:
        """Fields that stand in a table of their own by now; evaluations made before still have them here."""
        return {field: self._take(field, None) for field in fields if field in self._data}

    def table(self, field: str) -> Table:
        """A table inside this one, empty where it is missing."""
        value = self._take(field, {})
        self.demand(isinstance(value, Mapping), "“%(field)s” must be a table", field=field)
        return Table(value, f"{self.place}: {field}", unfinished=self._unfinished)

    def tables(self, field: str) -> list[Table]:
        """A list of tables inside this one, empty where it is missing."""
        value = self._take(field, [])
        listed = isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
        self.demand(listed, "“%(field)s” must be a list of tables", field=field)
        return [
            Table(one, f"{self.place}: {field} {index}", unfinished=self._unfinished)
            for index, one in enumerate(value, 1)
        ]

    def named_tables(self) -> dict[str, Table]:
        """Every field of this table as a table of its own."""
        self._asked.update(self._data)
        for name, value in self._data.items():
            self.demand(isinstance(value, Mapping), "“%(field)s” must be a table", field=name)
        return {
            name: Table(value, f"{self.place} {name}", unfinished=self._unfinished)
            for name, value in self._data.items()
        }

    def close(self) -> None:
        """Raises FileError for a field that nobody knows."""
        for field in self._data:
            self.demand(field in self._asked, "the field “%(field)s” is not known here", field=field)
