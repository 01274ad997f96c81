"""An order comes in: a unit asks, or the centre writes down what a unit asked by phone or message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import audit, outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.numbering import next_number
from licensetrack.support.handling_models import ServiceCase, ServicePaper
from licensetrack.support.kinds import check_code, extra_fields, kinds, sources
from licensetrack.support.models import ServiceOrder
from licensetrack.support.moving import ROOM, begin, case_of, check_moment, settle
from licensetrack.support.papers import checked, keep, lay
from licensetrack.support.stages import ASKED, OPEN
from licensetrack.units.models import Platform, Unit
from licensetrack.units.queries import unit as unit_within
from licensetrack.units.rules import IN_USE

UNIT = "unit_user"
LONGEST = {"title": 200, "description": 4000, "product": 120, "raised_by": 80}


@dataclass(frozen=True)
class Wish:
    """What a unit asks for. `extra` holds the further fields of the kind; `source` is how the order came in."""

    kind: str
    title: str
    description: str = ""
    product: str = ""
    source: str = "system"
    raised_by: str = ""
    set_number: str = ""
    platform_id: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def ask_service(
    unit: Unit,
    wish: Wish,
    *,
    actor: Actor,
    received: dt.datetime | None = None,
    papers: Sequence[tuple[str, bytes]] = (),
) -> ServiceCase:
    """A new order of a unit, with its papers (name, content); its clock runs from `received`. Raises Refused, NotFound.

    A unit's own people ask by the system, and now; what came by phone or message the centre may enter later.
    """
    require(actor, f"{ROOM}:ask")
    if actor.role == UNIT and (received is not None or wish.source != "system"):
        raise Refused("Who asks here, asks by the system, and now.").at("source")
    check_wish(wish)
    checked(papers)
    moment = check_moment(received, None)
    with transaction() as db:
        at = unit_within(db, unit.id, actor.scope)
        if at.stage != IN_USE:
            raise Refused("The unit %(unit)s is not in use any more.", unit=at.name).at("unit")
        set_id, platform_id = _linked(db, at, wish)
        made = ServiceCase(
            number=_number(db, moment.year), unit_id=at.id, district=at.district, kind=wish.kind, source=wish.source,
            severity="", title=wish.title.strip(), description=wish.description.strip(), product=wish.product.strip(),
            set_id=set_id, platform_id=platform_id, extra=_extra(wish), stage=ASKED, revision=1, received=moment,
            raised_by=wish.raised_by.strip() or actor.name, asked_login=actor.login, stage_since=moment, limits={},
        )  # fmt: skip
        begin(db, made, actor, "")
        lay(db, papers, actor, case_id=made.id)
        settle(db, made)
        audit.record(db, f"{ROOM}:ask", f"order:{made.number}", actor, unit=at.code, kind=wish.kind, source=wish.source)
        outbox.post(db, f"{ROOM}:ask", order=made.number, unit_id=at.id)
        keep(papers)
    return made


def attach_paper(case: ServiceCase, name: str, content: bytes, *, actor: Actor) -> ServicePaper:
    """Lays a file with an order that is not over. Raises Refused, NotFound, Conflict."""
    checked([(name, content)])
    with transaction() as db:
        fresh = case_of(db, case.number, actor, f"{ROOM}:attach")
        db.refresh(fresh, with_for_update=True)  # a step meanwhile would leave what is written here out of date
        if fresh.stage not in OPEN:
            raise Conflict("The order changed meanwhile. Please look at it again.")
        [paper] = lay(db, [(name, content)], actor, case_id=fresh.id)
        settle(db, fresh)
        audit.record(db, f"{ROOM}:attach", f"order:{fresh.number}", actor, name=paper.name)
        keep([(name, content)])
    return paper


def check_wish(wish: Wish) -> None:
    """Kind and source are of the lists, a title is there, nothing is too long. Raises Refused at the field."""
    check_code(kinds(), wish.kind, "kind")
    check_code(sources(), wish.source, "source")
    if not wish.title.strip():
        raise Refused("Say in a few words what it is about.").at("title")
    for name, longest in LONGEST.items():
        if len(getattr(wish, name).strip()) > longest:
            raise Refused("This is longer than %(most)s signs.", most=longest).at(name)
    for name, text in wish.extra.items():
        if name not in extra_fields():
            raise Refused("There is no field “%(name)s”.", name=name)
        if len(text.strip()) > 200:
            raise Refused("This is longer than %(most)s signs.", most=200).at(name)


def _extra(wish: Wish) -> dict[str, str]:
    """What was said in the fields of this kind; those of another kind were not asked for."""
    wanted = kinds()[wish.kind].extra
    return {name: text.strip() for name, text in wish.extra.items() if name in wanted and text.strip()}


def _linked(db: Session, unit: Unit, wish: Wish) -> tuple[int | None, int | None]:
    """The unit's set and platform; a set brings its platform along. Raises Refused for what is not the unit's."""
    license_set = None
    if wish.set_number.strip():
        license_set = db.scalars(select(LicenseSet).where(LicenseSet.number == wish.set_number.strip())).first()
        if license_set is None or license_set.unit_id != unit.id:
            raise Refused("The unit has no set of this number.").at("set_number")
    platform = db.get(Platform, wish.platform_id) if wish.platform_id else None
    if wish.platform_id and (platform is None or platform.unit_id != unit.id):
        raise Refused("The unit has no such platform.").at("platform_id")
    if license_set is None:
        return None, wish.platform_id
    return license_set.id, wish.platform_id or license_set.platform_id


def _number(db: Session, year: int) -> str:
    """FW-2026-0001, above what ledgers of the year gave out already."""
    prefix = f"FW-{year}-"
    given = db.scalars(select(ServiceOrder.number).where(ServiceOrder.number.like(f"{prefix}%")).distinct())
    tails = [number.removeprefix(prefix) for number in given]
    above = max((int(tail) for tail in tails if tail.isascii() and tail.isdigit() and len(tail) <= 6), default=0)
    return f"{prefix}{next_number(db, f'service:{year}', above=above):04}"
