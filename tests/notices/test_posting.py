"""Telling people: each hears of a thing once, of nothing that they may not see, and by the channels that they want."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts import users
from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.core.db import reading, transaction
from licensetrack.notices import queries
from licensetrack.notices.audiences import holders_of_unit, people_with
from licensetrack.notices.models import NoticeEvent
from licensetrack.notices.posting import post
from tests import trade
from tests.notices.hearing import heard, number_of, on_their_way, person, wish

KIND = "request_submitted"


def tell(*people: int, dedupe: str | None = "request:1", unit_id: int | None = None) -> int:
    with transaction() as db:
        return post(
            db, KIND, to=people, subject="request:XQ-2024-0001", dedupe=dedupe, unit_id=unit_id, unit="单位", number="1"
        )  # fmt: skip


def test_a_person_hears_of_a_thing_once_however_often_it_is_told(database: Engine) -> None:
    bob, ann = person("bob"), person("ann")
    assert tell(number_of(bob), number_of(bob)) == 1
    assert tell(number_of(bob), number_of(ann)) == 1
    assert heard(bob) == heard(ann) == [(KIND, "request:XQ-2024-0001")]
    with reading() as db:
        assert len(db.scalars(select(NoticeEvent)).all()) == 1


def test_what_has_no_name_of_its_own_is_told_each_time(database: Engine) -> None:
    bob = person("bob")
    assert [tell(number_of(bob), dedupe=None), tell(number_of(bob), dedupe=None)] == [1, 1]


def test_an_act_that_breaks_off_tells_nobody(database: Engine) -> None:
    bob = person("bob", email="bob@unit.example")
    with trade.broken_off() as db:
        post(db, KIND, to=[number_of(bob)], subject="request:1", dedupe="x", number="1", unit="单位")
    assert heard(bob) == []
    assert on_their_way() == []


def test_who_may_not_see_it_is_told_nothing(database: Engine) -> None:
    school, clinic = trade.unit("SZ0001"), trade.unit("SZ0002", district="南山区")
    everywhere, clerk = person("rosa"), person("uma", "unit_user", Scope("unit", str(school.id)))
    auditor, elsewhere = person("aud", "auditor"), person("ned", "reviewer", Scope("district", "南山区"))
    gone = person("gone")
    users.set_active("gone", False, actor=SYSTEM)
    told = [number_of(one) for one in (everywhere, clerk, auditor, elsewhere, gone)]
    assert tell(*told, unit_id=school.id) == 1  # neither the role, nor the district, nor an account that is off
    assert heard(everywhere)
    assert tell(*told, unit_id=clinic.id, dedupe="request:2") == 2
    assert heard(elsewhere)


def test_audiences_are_people_of_a_unit_and_people_with_a_right(database: Engine) -> None:
    school = trade.unit("SZ0001", district="福田区")
    clerk = person("uma", "unit_user", Scope("unit", str(school.id)))
    other = person("una", "unit_user", Scope("unit", str(trade.unit("SZ0002").id)))
    here, there = (
        person("fay", "reviewer", Scope("district", "福田区")),
        person("ned", "reviewer", Scope("district", "南山区")),
    )
    with reading() as db:
        assert holders_of_unit(db, school.id) == [clerk.id]
        assert people_with(db, "requests:request:accept") == [here.id, there.id]
        assert people_with(db, "requests:request:accept", unit_id=school.id) == [here.id]
        assert number_of(other) in people_with(db, "requests:request:submit")


@pytest.mark.parametrize(
    ("mail", "expected"),
    [("at_once", [("mail", KIND, "waiting")]), ("digest", [("mail", KIND, "held")]), ("off", [])],
)
def test_mail_goes_as_the_person_wishes(database: Engine, mail: str, expected: list[tuple[str, str, str]]) -> None:
    bob = person("bob", email="bob@unit.example")
    wish(bob, KIND, mail=mail)
    tell(number_of(bob))
    assert on_their_way() == expected


def test_who_has_no_mail_box_gets_no_mail(database: Engine) -> None:
    assert tell(number_of(person("bob"))) == 1
    assert on_their_way() == []


def test_a_kind_that_does_not_exist_is_a_mistake_of_the_program(database: Engine) -> None:
    with pytest.raises(KeyError), transaction() as db:
        post(db, "nothing", to=[], subject="x:1")


def test_a_scope_that_nobody_knows_shows_no_unit(database: Engine) -> None:
    school, bob = trade.unit("SZ0001"), person("bob")
    tell(number_of(bob), unit_id=school.id)
    tell(number_of(bob), dedupe="request:2")
    lost = dataclasses.replace(bob, scope=Scope("planet", "Mars"))
    with reading() as db:
        assert [queries.unread(db, one) for one in (bob, lost)] == [2, 1], "what is nobody's unit's stays"
