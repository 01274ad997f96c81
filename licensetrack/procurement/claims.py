"""Who comes second when two people write on the bought side: one change after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session

from licensetrack.core.db import Base, row_with_id
from licensetrack.core.errors import Conflict, Refused
from licensetrack.procurement.contract_models import Contract, Project
from licensetrack.procurement.models import Product

Kept = TypeVar("Kept", Project, Contract, Product)
Changed = Mapping[str, tuple[object, object]]


def differences(row: Any, entry: Any) -> dict[str, tuple[object, object]]:
    """Field → (recorded, new) for every field of the entry, a dataclass, in which it differs from the row."""
    return {
        one.name: (getattr(row, one.name), getattr(entry, one.name))
        for one in fields(entry)
        if getattr(row, one.name) != getattr(entry, one.name)
    }


def change_row(db: Session, model: type[Kept], key: int | str, entry: Any, seen: int | None) -> tuple[Kept, Changed]:
    """Writes the entry into its row; tells what changed. `seen` is the version that the visitor saw.

    Raises NotFound without such a row, Conflict when somebody changed it meanwhile.
    """
    row = row_with_id(db, model, key, fresh=True)
    version = row.version if seen is None else seen
    changed = differences(row, entry)
    if not changed and version == row.version:
        return row, {}
    moved = db.execute(
        update(model)
        .where(inspect(model).primary_key[0] == key, model.version == version)
        .values(version=version + 1, **{name: value for name, value in asdict(entry).items() if name in changed})
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("This record was changed meanwhile. Please look at it again.")
    db.refresh(row)
    return row, changed


def check_lengths(model: type[Base], values: Mapping[str, object]) -> None:
    """No text is longer than its column: PostgreSQL would refuse it in words of its own. Raises Refused."""
    columns = inspect(model).columns
    for name, value in values.items():
        limit = getattr(columns[name].type, "length", None) if isinstance(value, str) else None
        if limit is not None and len(str(value)) > limit:
            raise Refused("The text is longer than %(limit)s characters.", limit=limit).at(name)
