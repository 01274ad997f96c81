"""One search for everything that has a number or a name: sets, requests, units, papers; an exact hit opens."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.allocation import queries as sets
from licensetrack.core.db import reading
from licensetrack.core.names import name_key
from licensetrack.handover import acceptance_queries
from licensetrack.performance import evidence_queries
from licensetrack.performance.evidence_queries import EvidenceAsked
from licensetrack.requests import queries as requests
from licensetrack.units import queries as units
from licensetrack.web import acceptance_words, request_words, wording
from licensetrack.web.access import actor, needs
from licensetrack.web.work_rows import about_set

search = Blueprint("search", __name__)

SHOWN = 10


@dataclass(frozen=True)
class Hit:
    """One thing found: its page, its number or name, what else is worth knowing; and whether it is just what was
    asked for."""

    address: str
    label: str
    about: str
    exact: bool


@dataclass(frozen=True)
class Group:
    """What was found of one kind, how much there is of it, and where all of it is listed."""

    title: Any
    hits: list[Hit]
    total: int
    everything: str


@search.get("/search")
@needs("allocation:read")
def find() -> ResponseReturnValue:
    """What is found, by kind; a single exact hit leads straight to its page."""
    asked = unicodedata.normalize("NFKC", request.args.get("q", ""))[:200].strip()
    if not asked:
        return render_template("desk/search.html", asked=asked, groups=[])
    visitor = actor()
    with reading() as db:
        groups = [find_some(db, asked, visitor) for permission, find_some in KINDS if allows(visitor, permission)]
    exact = {hit.address for group in groups for hit in group.hits if hit.exact}
    if len(exact) == 1:
        return redirect(exact.pop())
    return render_template("desk/search.html", asked=asked, groups=[group for group in groups if group.hits])


def _sets(db: Session, asked: str, visitor: Actor) -> Group:
    """Sets by number, fingerprint, licence file, platform and unit."""
    page = sets.page_of_sets(db, sets.Wanted(asked), scope=visitor.scope, size=SHOWN)
    hits = [
        Hit(
            url_for("ledger.one_set", number=row.number),
            row.number,
            " · ".join(
                filter(
                    None,
                    (
                        row.unit,
                        row.platform if asked in (row.platform or "") else "",
                        about_set(row.product, row.kind, row.cpus),
                        str(wording.word(wording.STAGES, row.stage)),
                    ),
                )
            ),
            _same(asked, row.number, row.fingerprint, row.license_file),
        )
        for row in page.rows
    ]
    return Group(lazy_gettext("Licence sets"), hits, page.total, url_for("ledger.sets", q=asked))


def _requests(db: Session, asked: str, visitor: Actor) -> Group:
    """Requests by number, fingerprint, unit and who asked."""
    page = requests.page_of_requests(db, requests.Wanted(asked, sort="-submitted_at"), actor=visitor, size=SHOWN)
    hits = [
        Hit(
            url_for("requests.one", number=row.number),
            row.number,
            f"{row.unit} · {wording.word(request_words.STAGES, row.stage)}",
            _same(asked, row.number),
        )
        for row in page.rows
    ]
    return Group(lazy_gettext("Requests"), hits, page.total, url_for("requests.index", q=asked))


def _units(db: Session, asked: str, visitor: Actor) -> Group:
    """Units by code, present and former names."""
    rows = units.units(db, search=asked, scope=visitor.scope)
    hits = []
    for unit in rows[:SHOWN]:
        former = [name.name for name in units.former_names(db, unit.id)]
        named = [name for name in former if name_key(asked) in name_key(name)]
        about = f"{unit.code} · {unit.district} · {unit.category}"
        if named:
            about += " · " + gettext("formerly %(name)s", name=named[0])
        exact = _same(asked, unit.code) or name_key(asked) in map(name_key, (unit.name, *former))
        hits.append(Hit(url_for("units.one_unit", unit_id=unit.id), unit.name, about, exact))
    return Group(lazy_gettext("Units"), hits, len(rows), url_for("units.directory", q=asked))


def _certificates(db: Session, asked: str, visitor: Actor) -> Group:
    """Certificates by number, sets on them and unit."""
    page = acceptance_queries.page_of_certificates(db, visitor.scope, search=asked)
    hits = [
        Hit(
            url_for("certificates.one", number=row.number),
            row.number,
            f"{row.unit} · {wording.word(acceptance_words.CERTIFICATE_STAGES, row.stage)}",
            _same(asked, row.number),
        )
        for row in page.rows[:SHOWN]
    ]
    return Group(lazy_gettext("Certificates"), hits, page.total, url_for("certificates.index", q=asked))


def _evidence(db: Session, asked: str, visitor: Actor) -> Group:
    """Evidence by number, title, document number and digest."""
    page = evidence_queries.page_of_evidence(db, EvidenceAsked(asked), scope=visitor.scope)
    hits = [
        Hit(url_for("evidence_acts.one", number=row.number), row.number, row.title, _same(asked, row.number))
        for row in page.rows[:SHOWN]
    ]
    return Group(lazy_gettext("Evidence"), hits, page.total, url_for("evidence.index", q=asked))


def _same(asked: str, *values: str) -> bool:
    """Whether one of these is what was asked for, whatever the case of its letters."""
    return asked.casefold() in {value.casefold() for value in values if value}


Finder = Callable[[Session, str, Actor], Group]
KINDS: tuple[tuple[str, Finder], ...] = (
    ("allocation:read", _sets),
    ("requests:read", _requests),
    ("units:read", _units),
    ("handover:read", _certificates),
    ("performance:read", _evidence),
)
