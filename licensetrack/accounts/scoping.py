"""Whose rows a query may show: the one condition that a scope puts on it, whatever table the rows are of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false

from licensetrack.accounts.permissions import Scope


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
