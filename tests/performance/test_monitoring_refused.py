"""What a monitoring refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from licensetrack.accounts.permissions import Actor
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.performance.monitoring import (
    close_monitoring,
    draft_monitoring,
    judge_monitoring,
    reopen_monitoring,
    report_monitoring,
    send_back_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_follow_ups import accept_follow_up, mend_follow_up
from licensetrack.performance.monitoring_rules import Incomplete
from licensetrack.performance.monitoring_sheet import ProjectHeader
from tests.performance.conftest import OFFICER, OPERATOR, REVIEWER
from tests.performance.watching import DONE, HEADER, JULY, drafted, follow_ups, reported, submitted, tables
from tests.trade import day


@pytest.mark.usefixtures("small")
class TestARefusalLeavesNothing:
    @pytest.mark.parametrize(
        ("act", "error"),
        [
            (lambda: draft_monitoring(day("07-30"), actor=REVIEWER), Forbidden),
            (lambda: draft_monitoring(dt.date(2999, 1, 31), actor=OFFICER), Refused),
            (lambda: draft_monitoring(day("2023-07-31"), HEADER, actor=OFFICER), NotFound),
            (lambda: draft_monitoring(day("06-30"), ProjectHeader(goal="{target.X}"), actor=OFFICER), Refused),
        ],
    )
    def test_at_the_draft(self, act: Any, error: type[Exception]) -> None:
        before = tables()
        with pytest.raises(error):
            act()
        assert tables() == before

    def test_at_every_other_step(self) -> None:
        found = submitted()
        before = tables()
        for act, error in [
            (lambda: draft_monitoring(JULY, actor=OFFICER), Conflict),
            (lambda: judge_monitoring(found, {}, actor=OFFICER), Refused),
            (lambda: judge_monitoring(found, {"A11": DONE}, actor=OFFICER), Refused),
            (lambda: report_monitoring(found, actor=OFFICER), Forbidden),
            (lambda: report_monitoring(found, actor=Actor(1, "pan", "潘评", "reviewer")), Refused),
            (lambda: report_monitoring(found, actor=REVIEWER, seen=1), Conflict),
            (lambda: send_back_monitoring(found, actor=REVIEWER, reason=" "), Refused),
            (lambda: close_monitoring(found, actor=REVIEWER), Refused),
            (lambda: reopen_monitoring(found, actor=OFFICER, reason="重填"), Refused),
        ]:
            with pytest.raises(error):
                act()
            assert tables() == before

    def test_at_a_follow_up(self) -> None:
        [point] = follow_ups(reported())
        before = tables()
        for act, error in [
            (lambda: mend_follow_up(point, actor=REVIEWER, on=JULY, result="好"), Forbidden),
            (lambda: mend_follow_up(point, actor=OPERATOR, on=JULY, result=" "), Refused),
            (lambda: mend_follow_up(point, actor=OPERATOR, on=dt.date(2999, 1, 1), result="好"), Refused),
            (lambda: accept_follow_up(point, actor=REVIEWER), Refused),
            (lambda: mend_follow_up(point, actor=OPERATOR, on=JULY, result="好", seen=7), Conflict),
        ]:
            with pytest.raises(error):
                act()
            assert tables() == before
        mended = mend_follow_up(point, actor=Actor(4, "alice", "艾操", "operator"), on=JULY, result="好")
        with pytest.raises(Refused, match="another person"):
            accept_follow_up(mended, actor=Actor(4, "alice", "艾操", "reviewer"))

    def test_where_something_is_missing_all_of_it_is_told(self) -> None:
        with pytest.raises(Incomplete) as refusal:
            submit_monitoring(drafted(), actor=OFFICER)
        assert {gap.code for gap in refusal.value.gaps} == {"C12", "C31", "C32", "D11", "D12", "D13", "D21"}
