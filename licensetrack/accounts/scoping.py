"""Whose rows a query may show: the one condition that a scope puts on it, whatever table the rows are of; and what
nobody may see a part of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.errors import NotFound


def rows_within(scope: Scope, *, district: Any, unit_id: Any) -> list[ColumnElement[bool]]:
    """Conditions for `where`: what `Scope.covers` says of one row, said of the columns with its district and unit.

    A unit's own columns tell how it stands now; an event's columns how it stood on the event's day. A kind of scope
    that nobody knows lets no row pass.
    """
    if scope.kind == "all":
        return []
    if scope.kind == "district":
        return [district == scope.value]
    return [unit_id == int(scope.value)] if scope.kind == "unit" else [false()]


def check_sees_all(actor: Actor, message: str = "There is no such record.") -> None:
    """What counts the whole city is for a sight that ends nowhere. Raises NotFound for one that sees a part of it."""
    if actor.scope.kind != "all":
        raise NotFound(message)
