"""What a cloud platform is: where it stands, on which network, whose software in which version and edition."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict
from licensetrack.core.names import name_key, tidy_name
from licensetrack.units.models import Platform, Unit
from licensetrack.units.rules import check_network


@dataclass(frozen=True)
class Description:
    """What is said of a platform; empty where nobody knows. `network` is one of `rules.NETWORKS`."""

    site: str = ""
    network: str = ""
    vendor: str = ""
    software_version: str = ""
    edition: str = ""
    fingerprint: str = ""
    note: str = ""


def description_of(platform: Platform) -> Description:
    """What is recorded of a platform now."""
    return Description(**{field: getattr(platform, field) for field in Description.__dataclass_fields__})


def describe_platform(
    platform: Platform, description: Description, *, actor: Actor, seen: int | None = None
) -> dict[str, tuple[str, str]]:
    """Says what a platform is. Returns what changed. Raises Refused for an unknown network, Conflict when it changed.

    `seen` is the version that the visitor saw.
    """
    with transaction() as db:
        unit = db.get_one(Unit, platform.unit_id)
        require(actor, "units:platform:describe", district=unit.district, unit_id=unit.id)
        check_network(description.network)
        wanted = {field: tidy_name(text) for field, text in asdict(description).items()}
        recorded = asdict(description_of(platform))
        changed = {field: (recorded[field], new) for field, new in wanted.items() if recorded[field] != new}
        if changed:
            written = db.execute(
                update(Platform)
                .where(Platform.id == platform.id, Platform.version == (platform.version if seen is None else seen))
                .values(**wanted, version=Platform.version + 1)
                .execution_options(synchronize_session=False)
            )
            if written.rowcount != 1:  # type: ignore[attr-defined]
                raise Conflict(
                    "The platform “%(name)s” changed meanwhile. Please look at it again.", name=platform.name
                )
            subject = f"unit:{unit.code}"
            audit.record(db, "units:platform:describe", subject, actor, platform=platform.name, changed=changed)
            if platform not in db:
                db.add(platform)
            db.refresh(platform)
    return changed


def carry_description(db: Session, source: Unit, target: Unit, name: str) -> None:
    """A platform that goes over to another unit with its sets stays what it is; what is said of it there stands."""
    if not name:
        return
    named = select(Platform).where(Platform.name_key == name_key(name))
    before = db.scalars(named.where(Platform.unit_id == source.id)).first()
    after = db.scalars(named.where(Platform.unit_id == target.id).execution_options(populate_existing=True)).first()
    if before is None or after is None or description_of(after) != Description():
        return
    for field, text in asdict(description_of(before)).items():
        setattr(after, field, text)
    db.flush()
