"""Who sees which requests, and what waits for whom."""

from __future__ import annotations

import pytest

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.requests import waiting
from licensetrack.requests.fulfillment import fulfill_line
from licensetrack.requests.queries import Wanted, page_of_requests, request_by_number, requests_of_set
from licensetrack.requests.reviewing import return_request
from tests.asking import ALICE, DANA, RITA, approved, bob, drafted, its_lines, line, submitted, taken_on
from tests.conftest import Clock
from tests.trade import day, fresh, unit

pytestmark = pytest.mark.usefixtures("database")
ENGINEER = Actor(None, "eve", "Eve", "vendor_engineer")


def numbers(actor: Actor, **wanted: object) -> list[str]:
    with reading() as db:
        asked = Wanted(**wanted)  # type: ignore[arg-type]
        return [row.number for row in page_of_requests(db, asked, actor=actor).rows]


def test_everyone_sees_the_requests_of_their_scope_and_drafts_only_where_they_write(clock: Clock) -> None:
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    draft, waits = drafted(near), submitted(far, line(fingerprint="E2"))
    given = approved(near, line(fingerprint="E3"))
    manager = Actor(None, "dm", "区管理员", "district_manager", Scope("district", "福田区"))
    every = [draft.number, waits.number, given.number]
    assert numbers(bob(near), sort="number") == [draft.number, given.number]
    assert numbers(bob(far)) == [waits.number]
    assert numbers(manager) == [given.number]
    assert numbers(ALICE, sort="number") == numbers(DANA, sort="number") == every
    assert numbers(RITA, sort="number") == every[1:]
    assert numbers(ENGINEER) == [given.number]
    with reading() as db:
        for actor, number in ((bob(far), draft.number), (manager, waits.number), (ENGINEER, waits.number)):
            with pytest.raises(NotFound):
                request_by_number(db, number, actor=actor)


def test_requests_are_found_by_number_unit_platform_and_fingerprint_and_filtered() -> None:
    holder = unit("SZ0001", name="深圳市规划局", district="福田区")
    one = submitted(holder, line(fingerprint="ESN-XYZ", platform="一号平台"))
    two = submitted(unit("SZ0002"), line(product="cloud_management", fingerprint="E2"))
    for search in (one.number[-4:], "规划", "sz0001", "esn-xyz", "一号", "王工"):
        assert one.number in numbers(ALICE, search=search), search
    assert numbers(ALICE, search="100%") == []
    assert numbers(ALICE, product="cloud_management") == [two.number]
    assert numbers(ALICE, kind="renewal") == []
    assert numbers(ALICE, stages=("approved",)) == []


def test_who_has_waited_longest_comes_first_and_waiting_is_told_for_each_stage(clock: Clock) -> None:
    holder = unit()
    old = submitted(holder)
    clock.forward(days=3)
    young = submitted(holder, line(fingerprint="E2"))
    clock.forward(days=1)
    assert numbers(ALICE) == [old.number, young.number]
    assert numbers(ALICE, days=2) == [old.number]
    with reading() as db:
        first = waiting.waits(db, ALICE)[0]
    assert (first.stage, first.count, first.longest.days) == ("submitted", 2, 4)


def test_stages_are_sorted_as_a_request_lives_them() -> None:
    holder = unit()
    given, read = approved(holder), taken_on(holder, line(fingerprint="E2"))
    new, begun = submitted(holder, line(fingerprint="E3")), drafted(holder)
    lived = [begun.number, new.number, read.number, given.number]
    assert numbers(ALICE, sort="stage") == lived
    assert numbers(ALICE, sort="-stage") == lived[::-1]


def test_work_lists_hold_what_their_reader_can_do() -> None:
    holder = unit()
    entered = submitted(holder, actor=ALICE)
    asked = submitted(holder, line(fingerprint="E2"))
    ready = taken_on(holder, line(fingerprint="E3"))
    sent_back = return_request(submitted(holder, line(fingerprint="E4")), actor=RITA, note="补正")
    draft = drafted(holder)
    with reading() as db:
        assert [r.number for r in waiting.to_review(db, ALICE)] == [asked.number]
        assert [r.number for r in waiting.to_review(db, RITA)] == [entered.number, asked.number]
        assert [r.number for r in waiting.to_approve(db, RITA)] == [ready.number]
        assert waiting.to_approve(db, ALICE) == waiting.to_review(db, bob(holder)) == []
        assert {r.number for r in waiting.waiting_for_unit(db, bob(holder).scope)} == {sent_back.number, draft.number}
        assert waiting.counts(db, RITA)["to_review"] == 2


def test_a_set_names_what_was_asked_for_it_to_those_who_may_see_the_requests() -> None:
    holder, taker = unit("SZ0001"), unit("SZ0002")
    first = approved(holder)
    made = fulfill_line(its_lines(first)[0], actor=ALICE, on=day("05-06"))
    second = submitted(holder, line("expansion", set=made.number, cpus="4"))
    life.relocate_set(fresh(made), taker, actor=ALICE, on=day("05-08"), reason="职能划转")
    third = submitted(taker, line("return", set=made.number, reason="平台停用"))

    def told(actor: Actor) -> list[tuple[str, str, str]]:
        with reading() as db:
            return [(one.number, one.kind, one.stage) for one in requests_of_set(db, made.id, actor=actor)]

    every = [
        (first.number, "new", "fulfilled"), (second.number, "expansion", "submitted"),
        (third.number, "return", "submitted"),
    ]  # fmt: skip
    assert told(DANA) == every
    assert told(bob(holder)) == every[:2]
    assert told(bob(taker)) == every[2:], "what another unit asked for before stays its own"
    assert told(ENGINEER) == every[:1]
