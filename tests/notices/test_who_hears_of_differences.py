"""Who hears of differences: a unit of its own, the centre of explanations, asker and answerer of a waiver."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.core.db import reading
from licensetrack.core.errors import Forbidden, NotFound
from licensetrack.inventory import differences as verbs
from licensetrack.inventory.models import Difference
from licensetrack.inventory.runs import make_run
from licensetrack.notices import telling
from licensetrack.notices.models import NoticeEvent
from licensetrack.units.models import Unit
from tests import trade
from tests.conftest import Clock
from tests.inventory.seeing import again, licensed, scanned, standing
from tests.notices.hearing import heard, person
from tests.trade import day

UNTIL = day("2024-12-31")


@pytest.fixture
def school(database: Engine, clock: Clock) -> Unit:
    clock.set("2024-07-02 09:00")
    return trade.unit("SZ0001")


def news(actor: Actor) -> list[tuple[str, str]]:
    """What a person hears of differences, once the outbox is told."""
    telling.dispatch()
    return [(kind, subject) for kind, subject in heard(actor) if not kind.startswith("set_")]


def last_told() -> NoticeEvent:
    with reading() as db:
        found = db.scalars(select(NoticeEvent).order_by(NoticeEvent.id.desc())).first()
        db.expunge_all()
    assert found is not None
    return found


def short_at(holder: Unit) -> list[Difference]:
    """Two platforms of a unit that run more than they are licensed for, compared."""
    for nth, platform in enumerate(("政务云平台", "教育云平台"), 1):
        licensed(f"SQ-2024-000{nth}", holder, 16, platform=platform)
        scanned(holder, 10, 10, platform=platform)
    make_run(day("07-01"), actor=SYSTEM)
    return standing()


def test_a_unit_hears_once_of_all_that_a_comparison_found_at_it(school: Unit, clerk: Actor, stranger: Actor) -> None:
    operator, auditor = person("olga", "operator"), person("otto", "auditor")
    assert len(short_at(school)) == 2
    assert news(clerk) == [("differences_found", "run:1")]
    with reading() as db:
        event = db.scalars(select(NoticeEvent).where(NoticeEvent.kind == "differences_found")).one()
        assert (event.told["count"], event.link) == (2, "/inventory/differences")
    assert news(operator) == [("comparison_made", "run:1")]
    assert news(stranger) == news(auditor) == []
    make_run(day("07-02"), actor=operator)  # sees the same, and says nothing
    assert len(news(clerk)) == len(news(operator)) == 1


def test_what_a_unit_explains_reaches_the_centre_and_what_the_centre_explains_the_unit(
    school: Unit, clerk: Actor, stranger: Actor
) -> None:
    operator, other = person("olga", "operator"), person("omar", "operator", Scope("district", "南山区"))
    found = short_at(school)[0]
    with pytest.raises(NotFound):
        verbs.explain_difference(found, actor=stranger, note="别人的")
    with pytest.raises(Forbidden):
        verbs.waive_difference(found, actor=clerk, until=UNTIL, reason="单位不能豁免")
    explained = verbs.explain_difference(found, actor=clerk, note="扩容工单已提交")
    assert news(operator)[-1] == ("difference_explained", f"difference:{found.id}")
    assert last_told().told["reason"] == "扩容工单已提交"
    assert last_told().link == f"/inventory/differences/{found.id}"
    assert [kind for kind, _ in news(clerk)] == ["differences_found"]
    verbs.explain_difference(explained, actor=operator, note="请于月底前补办")
    assert [kind for kind, _ in news(clerk)] == ["differences_found", "difference_explained"]
    assert [kind for kind, _ in news(operator)].count("difference_explained") == 1
    assert "difference_explained" not in [kind for kind, _ in news(other)]
    assert news(stranger) == []


def test_a_waiver_is_asked_of_a_second_person_and_answered_to_who_asked(school: Unit, clerk: Actor) -> None:
    operator, reviewer = person("olga", "operator"), person("rosa", "reviewer")
    found = short_at(school)[0]
    asked = verbs.waive_difference(found, actor=operator, until=UNTIL, reason="测试环境")
    declined = verbs.decline_waiver(asked, actor=reviewer, reason="请补依据")  # before anybody was told
    assert news(reviewer)[-1] == ("waiver_asked", f"difference:{found.id}")
    assert news(operator)[-1] == ("waiver_declined", f"difference:{found.id}")
    with reading() as db:
        told = {event.kind: event.told for event in db.scalars(select(NoticeEvent))}
    assert (told["waiver_asked"]["until"], told["waiver_asked"]["reason"]) == ("2024-12-31", "测试环境")
    assert told["waiver_declined"]["reason"] == "请补依据"
    again_asked = verbs.waive_difference(declined, actor=operator, until=UNTIL, reason="见会议纪要")
    verbs.confirm_waiver(again_asked, actor=reviewer)
    assert news(operator)[-1] == ("waiver_confirmed", f"difference:{found.id}")
    assert [kind for kind, _ in news(reviewer)] == ["waiver_asked", "waiver_asked"]
    assert [kind for kind, _ in news(clerk)] == ["differences_found"]


def test_the_centre_hears_of_a_waiver_that_ended(school: Unit, clerk: Actor, clock: Clock) -> None:
    operator, reviewer = person("olga", "operator"), person("rosa", "reviewer")
    found = short_at(school)[0]
    asked = verbs.waive_difference(found, actor=operator, until=UNTIL, reason="测试环境")
    verbs.confirm_waiver(asked, actor=reviewer)
    clock.set("2025-01-01 00:05")
    assert verbs.lapse_waivers() == 1
    assert again(found).stage == "open"
    assert news(operator)[-1] == ("waiver_ended", f"difference:{found.id}")
    assert "waiver_ended" not in [kind for kind, _ in news(reviewer) + news(clerk)]
    verbs.lapse_waivers()
    assert [kind for kind, _ in news(operator)].count("waiver_ended") == 1
