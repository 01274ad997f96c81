"""Between asking and granting the world moves on: units end, hosts are licensed, sets leave; then nothing is given."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from licensetrack.allocation import unit_changes
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.models import LicenseRequest
from licensetrack.units.models import Unit
from tests.asking import ALICE, bob, drafted
from tests.trade import day, unit

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
