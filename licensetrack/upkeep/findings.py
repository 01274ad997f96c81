"""What a check of an installation says: how bad it is, what it found, and what to do; msgids with their values."""

from __future__ import annotations

from typing import Any, NamedTuple

OK, WARNING, ERROR = "ok", "warning", "error"


class Said(NamedTuple):
    """One finding. `check` names the check for programs; `remedy` is empty where there is nothing to do."""

    check: str
    level: str
    what: str
    remedy: str = ""
    values: dict[str, Any] = {}  # noqa: RUF012 - nobody writes into it


def good(check: str, what: str, **values: Any) -> Said:
    """All is well."""
    return Said(check, OK, what, "", values)


def warning(check: str, what: str, remedy: str, **values: Any) -> Said:
    """It works, and should be looked after."""
    return Said(check, WARNING, what, remedy, values)


def wrong(check: str, what: str, remedy: str, **values: Any) -> Said:
    """It does not work, or will not much longer."""
    return Said(check, ERROR, what, remedy, values)
