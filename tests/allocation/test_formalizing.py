"""A temporary set becomes a formal one: one ends and the other begins on a day, and no day counts both or neither."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.papers import Paper
from licensetrack.core.db import reading
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from tests.allocation.looking import broken, fact, refused, row
from tests.trade import ALICE, accepted, day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")

ON = day("03-01")


def temporary(number: str = "SQ-1-T", cpus: int | None = 16) -> LicenseSet:
    found = issued(
        number, unit(), cpus, "02-01", kind="temporary",
        details={"platform": "政务云", "fingerprint": "ESN-1", "valid_until": "2024-05-01", "site": "A101"},
    )  # fmt: skip
    life.record_import(found, actor=ALICE, on=day("02-03"))
    return found


def formalized(before: LicenseSet, on: dt.date = ON, number: str = "SQ-1", cpus: int = 24) -> LicenseSet:
    details, paper = {"edition": "企业版"}, Paper(request="XQ-2024-0001")
    return life.formalize_set(fresh(before), number, actor=ALICE, on=on, cpus=cpus, details=details, paper=paper)


def held(on: dt.date) -> dict[str, int]:
    """Kind → sets held at the end of a day, by the sums of deltas that every measure reads."""
    with reading() as db:
        query = select(LedgerEvent.kind, func.sum(LedgerEvent.issued_sets)).where(LedgerEvent.on <= on)
        return {kind: count for kind, count in db.execute(query.group_by(LedgerEvent.kind)) if count}


def test_on_no_day_both_are_held_or_counted_and_on_none_neither() -> None:
    formalized(temporary())
    for shift in range(-30, 31):
        on = ON + dt.timedelta(days=shift)
        with reading() as db:
            counted = figures(db, Question(on))
        assert held(on) == ({"formal": 1} if shift >= 0 else {"temporary": 1} if on >= day("02-01") else {}), on
        formal = shift >= 0
        assert counted["virtualization.issued_sets"] == int(formal)
        assert counted["virtualization.issued_cpus"] == (24 if formal else 0)
        assert counted["virtualization.imported_sets"] == 0, "the temporary set's import is not the formal one's"
    assert broken() == []


def test_the_formal_set_takes_over_where_the_set_stands_but_not_its_end() -> None:
    new = formalized(temporary())
    found = row("SQ-1")
    assert (found.platform, found.site, found.fingerprint, found.edition) == ("政务云", "A101", "ESN-1", "企业版")
    assert (found.kind, found.cpus, found.valid_until) == ("formal", 24, None)
    assert row("SQ-1-T").stage == "superseded"
    assert (fact(new, "issue").details or {})["request"] == "XQ-2024-0001"


def test_both_happen_or_neither() -> None:
    before = temporary()
    issued("SQ-1", unit("SZ0002"))
    refused(lambda: formalized(before), "exists already", "number")
    refused(lambda: formalized(before, number=" "), "no licence number", "number")
    refused(lambda: formalized(before, number="S" * 41), "too long", "number")
    refused(lambda: formalized(before, number="SQ-2", cpus=0), "between 1 and", "cpus")
    refused(lambda: formalized(before, number="SQ-2", on=day("02-02")), "nothing can follow", "on")
    assert row("SQ-1-T").stage == "imported"


def test_a_formal_set_does_not_become_formal() -> None:
    formal = accepted("SQ-3", unit())
    refused(lambda: formalized(formal, number="SQ-4"), "formal already")


def test_a_temporary_set_becomes_formal_once() -> None:
    before = temporary()
    formalized(before)
    refused(lambda: formalized(before, number="SQ-2"), "nothing can follow", "on")


def test_no_correction_makes_the_two_overlap() -> None:
    before = temporary()
    new = formalized(before)
    end, begin = fact(before, "supersede"), fact(new, "issue")
    later, earlier = end._replace(on=day("03-02")), begin._replace(on=day("02-28"))
    refused(lambda: life.correct_fact(fresh(before), later, actor=ALICE, reason="x"), "replaces this one from", "on")
    refused(
        lambda: life.drop_fact(fresh(before), end.position, actor=ALICE, reason="x"), "replaces this one from", "on"
    )
    refused(lambda: life.correct_fact(fresh(new), earlier, actor=ALICE, reason="x"), "held until 2024-03-01", "on")
    life.correct_fact(fresh(before), end._replace(on=day("02-28")), actor=ALICE, reason="日期有误")
    life.correct_fact(fresh(new), earlier, actor=ALICE, reason="日期有误")
    assert broken() == []


def test_a_formal_set_can_not_begin_before_its_temporary_one_ended() -> None:
    before = temporary()
    life.supersede_set(before, actor=ALICE, on=day("04-01"))
    holder = unit("SZ0002")
    refused(lambda: issued("SQ-1", holder, on="03-31", predecessor="SQ-1-T"), "held until 2024-04-01", "on")
    issued("SQ-1", holder, on="04-01", predecessor="SQ-1-T")
    assert broken() == []


def test_an_expansion_adds_cpus_to_the_same_set_on_every_day_from_its_own() -> None:
    license_set = accepted("SQ-1", unit(), 16)
    life.expand_set(license_set, actor=ALICE, on=day("06-01"), cpus=8, reason="扩容", paper=Paper(request="XQ-1"))
    for on, cpus in (("05-31", 16), ("06-01", 24), ("12-31", 24)):
        with reading() as db:
            counted = figures(db, Question(day(on)))
        assert (counted["virtualization.accepted_cpus"], counted["virtualization.accepted_sets"]) == (cpus, 1)
