"""Between asking and granting the world moves on: units end, hosts are licensed, sets leave; then nothing is given."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import life, unit_changes
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.policy import Policy, change_policy
from licensetrack.requests.reviewing import accept_request, approve_request
from licensetrack.units.models import Unit
from tests.asking import ALICE, RITA, bob, drafted, its_lines, line, submitted, taken_on
from tests.trade import day, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def now(request: LicenseRequest) -> tuple[str, int]:
    with reading() as db:
        found = db.get_one(LicenseRequest, request.id)
        return found.stage, found.version


def again(one: Unit) -> Unit:
    with reading() as db:
        return db.get_one(Unit, one.id)


class TestAUnitThatHasEnded:
    def test_asks_for_nothing_from_that_day_on(self) -> None:
        holder, taker = unit("SZ0001"), unit("SZ0002")
        begun = drafted(holder)
        unit_changes.merge_unit(again(holder), again(taker), on=day("06-01"), actor=ALICE, reason="机构改革")
        for somebody in (bob(holder), ALICE):
            with pytest.raises(Refused, match="was merged into another unit on 2024-06-01"):
                draft_request(holder, actor=somebody)
            with pytest.raises(Refused, match="was merged into another unit on 2024-06-01"):
                submit_request(begun, actor=somebody)
        assert now(begun) == ("draft", 1)
        with reading() as db:
            assert db.scalar(select(func.count()).select_from(LicenseRequest)) == 1

    def test_asked_for_what_is_entered_late_with_a_day_before(self) -> None:
        holder = unit()
        begun = drafted(holder)
        unit_changes.close_unit(again(holder), on=day("06-01"), actor=ALICE, reason="撤销")
        submit_request(begun, actor=ALICE, on=day("05-31"))
        assert now(begun) == ("submitted", 2)

    def test_is_granted_nothing(self) -> None:
        holder = unit()
        request = taken_on(holder)
        unit_changes.close_unit(again(holder), on=day("06-01"), actor=ALICE, reason="撤销")
        refused(request, "was closed on 2024-06-01", "")


def refused(request: LicenseRequest, why: str, field: str, **more: int | None) -> None:
    """Approving is refused with these words at this field, and nothing is written."""
    before = now(request)
    with pytest.raises(Refused, match=why) as told:
        approve_request(request, actor=RITA, grants=more)
    assert told.value.field == field
    assert now(request) == before
    assert {line.stage for line in its_lines(request)} == {"asked"}


class TestWhatIsWrongByNow:
    def test_is_refused_at_its_line_and_the_others_can_be_granted(self) -> None:
        holder = unit("SZ0001")
        request = taken_on(holder, line(key="a"), line(key="b", platform="政务云二号", fingerprint="ESN-2"))
        issued("SQ-1", unit("SZ0002"), details={"fingerprint": "ESN-2"})
        refused(request, "SQ-1 is licensed to this fingerprint already", "granted-2")
        refused(request, "SQ-1 is licensed to this fingerprint already", "granted-2", b=1)
        approve_request(request, actor=RITA, grants={"b": 0})
        assert [line.stage for line in its_lines(request)] == ["granted", "refused"]

    def test_as_a_set_that_the_unit_no_longer_holds_is_refused(self) -> None:
        holder = unit("SZ0001")
        held = issued("SQ-1", holder)
        request = taken_on(holder, line("expansion", set="SQ-1", cpus="4", hosts="n\t4"))
        life.relocate_set(held, unit("SZ0002"), actor=ALICE, on=day("05-01"), reason="职能划转")
        refused(request, "The unit holds no set SQ-1", "granted-1")

    def test_stops_the_one_person_who_takes_on_and_approves_as_well(self) -> None:
        change_policy(Policy(every=False), actor=Actor(None, "mia", "Mia", "manager"))
        request = submitted(unit("SZ0001"))
        issued("SQ-1", unit("SZ0002"), details={"fingerprint": "ESN-0001"})
        with pytest.raises(Refused, match="SQ-1 is licensed"):
            accept_request(request, actor=ALICE)
        assert now(request) == ("submitted", 2)

    def test_stops_nothing_where_it_is_only_remarkable(self) -> None:
        request = taken_on(unit("SZ0001"))
        issued("SQ-1", unit("SZ0002"), product="cloud_management", details={"fingerprint": "ESN-0001"})
        assert approve_request(request, actor=RITA).stage == "approved"
