"""Named mappings that somebody saved, to be used again for the next export of the same program."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.names import tidy_name
from licensetrack.exchange.mapping import ColumnMap, check_mapping, from_plain
from licensetrack.exchange.mapping_models import ColumnMapping

PERMISSION = "exchange:mapping:save"
LONGEST_NAME = 80


def save_mapping(name: str, mapping: ColumnMap, *, actor: Actor, seen: int | None = None) -> ColumnMapping:
    """Keeps a mapping under a name; under a name that is there already it takes the other's place (`seen`).

    Raises Refused for a mapping that can not be read by, Conflict where the name is there and was not seen.
    """
    require(actor, PERMISSION)
    check_mapping(mapping)
    title = tidy_name(name)
    if not title or len(title) > LONGEST_NAME:
        raise Refused("A mapping has a name of 1 to %(most)s letters.", most=LONGEST_NAME).at("name")
    with transaction() as db:
        found = db.scalars(select(ColumnMapping).where(ColumnMapping.name == title)).first()
        if found is not None and seen != found.version:
            raise Conflict("There is a mapping “%(name)s” already.", name=title)
        if found is None:
            found = ColumnMapping(name=title, version=0)
            db.add(found)
        found.kind, found.version, found.at, found.login = mapping.kind, found.version + 1, now(), actor.login
        found.columns = {field: list(said) for field, said in mapping.columns.items()}
        found.fixed, found.words = dict(mapping.fixed), {"words": mapping.words, "parts": mapping.parts}
        db.flush()
        audit.record(db, PERMISSION, f"mapping:{found.id}", actor, name=title, kind=mapping.kind, version=found.version)
    return found


def saved_mappings(db: Session) -> Sequence[ColumnMapping]:
    """All of them, by name."""
    return db.scalars(select(ColumnMapping).order_by(ColumnMapping.name)).all()


def as_mapping(row: ColumnMapping) -> ColumnMap:
    """What a saved row says."""
    return from_plain({"kind": row.kind, "columns": row.columns, "fixed": row.fixed, "name": row.name, **row.words})
