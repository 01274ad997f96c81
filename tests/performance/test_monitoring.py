"""The life of a monitoring: drafted, judged, submitted, reported for ever, followed up until mended, closed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.differences import differences
from licensetrack.performance.framework import load
from licensetrack.performance.framework_drafting import draft_framework, put_in_force
from licensetrack.performance.monitoring import (
    close_monitoring,
    draft_monitoring,
    judge_monitoring,
    reopen_monitoring,
    report_monitoring,
    rework_monitoring,
    send_back_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_follow_ups import accept_follow_up, mend_follow_up, return_follow_up
from licensetrack.performance.monitoring_models import MonitoringSnapshot
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.targets import record_target
from licensetrack.procurement.budgets import BudgetLine, post_entry
from tests.performance.conftest import MANAGER, OFFICER, OPERATOR, REVIEWER, SmallYear
from tests.performance.watching import HEADER, JULY, LATE, SAID, drafted, follow_ups, reported, sheet_of, submitted
from tests.trade import day


class TestTheLife:
    @pytest.mark.usefixtures("year")
    def test_goes_from_the_draft_to_the_end_by_different_people(self) -> None:
        found = reported()
        [point] = follow_ups(found)
        assert (point.code, point.owner, point.due_on, point.stage) == ("D13", "运营科", day("10-31"), "open")
        with pytest.raises(Refused, match="still to be put right"):
            close_monitoring(found, actor=MANAGER)
        mended = mend_follow_up(point, actor=OPERATOR, on=day("10-20"), result="到岗两人")
        again = return_follow_up(mended, actor=REVIEWER, reason="缺少证明")
        assert again.stage == "open"
        accept_follow_up(
            mend_follow_up(again, actor=OPERATOR, on=day("10-25"), result="到岗两人，附名单"), actor=REVIEWER
        )
        closed = close_monitoring(found, actor=MANAGER)
        assert (closed.stage, closed.revision) == ("closed", 5)
        with reading() as session:
            assert [step.action for step in queries.steps(session, found.id)] == [
                "draft", "judge", "submit", "report", "close",
            ]  # fmt: skip
            assert queries.results(session, sheet_of(closed)) == {"D13": (day("10-25"), "到岗两人，附名单")}
            tags = set(session.scalars(select(AuditEntry.tag).where(AuditEntry.subject == "monitoring:2024-07-31:1")))
        assert {"performance:monitoring:freeze", "performance:follow_up:accept"} <= tags

    @pytest.mark.usefixtures("small")
    def test_reads_figures_targets_and_trends_as_of_the_cut_off(self) -> None:
        sheet = sheet_of(drafted())
        cpus = sheet.indicator("C11")
        assert (cpus.value, cpus.target.text, cpus.forecast, cpus.light) == (4100, "≥4000个CPU", 7029, "green")
        assert cpus.trend is not None
        assert cpus.trend.standings[0] == ("2024-01", 0)
        assert cpus.trend.standings[1] == ("2024-02", 4100)
        assert (sheet.budget.initial, sheet.budget.spent, sheet.budget.rate) == (7515, 0, 0)
        assert sheet.indicators[0].code == "C11"  # 决策 and 过程 are no goals
        assert sheet.figures["target.C11"].value == 4000

    @pytest.mark.usefixtures("small")
    def test_shows_the_officer_s_forecast_beside_the_trend_s(self) -> None:
        said = {"C11": Judgement(forecast=Decimal(4500), forecast_reason="已签协议")}
        found = sheet_of(judge_monitoring(drafted(), said, actor=OFFICER)).indicator("C11")
        assert (found.forecast, found.trend and found.trend.forecast, found.overridden) == (4500, 7029, True)

    @pytest.mark.usefixtures("small")
    def test_what_is_said_of_the_budget_holds_for_the_indicator_that_reads_the_spending(self) -> None:
        said = {"budget": Judgement(forecast=Decimal(7600), forecast_reason="合同约定12月支付")}
        found = sheet_of(judge_monitoring(drafted(), said, actor=OFFICER)).indicator("C41")
        assert (found.forecast, found.overridden, found.light) == (7600, True, "yellow")

    @pytest.mark.usefixtures("small")
    def test_a_forecast_of_the_budget_never_exceeds_what_was_granted(self) -> None:
        for number in range(2):
            post_entry(
                BudgetLine("payment", day("03-01"), Decimal(40000000), f"PZ-1{number}"), actor=SYSTEM
            )  # fmt: skip
        budget = sheet_of(drafted()).budget
        assert (budget.spent, budget.trend.forecast, budget.forecast) == (8000, 7515, 7515)


class TestWhatWasReported:
    def test_never_changes_and_a_later_entry_shows_as_a_difference(self, small: SmallYear) -> None:
        found = reported()
        before = sheet_of(found)
        assert (before.frozen, len(before.digest or "")) == (True, 64)
        small.clock.forward(hours=1)
        small.accepted("SQ-LATE", small.school, "virtualization", 64, "2024-07-15")
        assert sheet_of(found) == before
        with reading() as session:
            changed = differences(session, found)
        assert ("virtualization.accepted_cpus", 4100, 4164) in [
            (one.name, one.stated, one.present) for one in changed.figures
        ]
        assert {entry.subject for entry in changed.entries} == {"SQ-LATE"}

    def test_needs_the_ledgers_to_say_what_the_draft_says(self, small: SmallYear) -> None:
        judged = judge_monitoring(drafted(), SAID | {"D13": LATE}, actor=OFFICER)
        small.accepted("SQ-LATE", small.school, "virtualization", 64, "2024-07-15")
        with pytest.raises(Conflict, match="read its values anew"):
            submit_monitoring(judged, actor=OFFICER)
        reworked = rework_monitoring(judged, actor=OFFICER)
        assert sheet_of(reworked).indicator("C11").value == 4164
        assert submit_monitoring(reworked, actor=OFFICER).stage == "submitted"

    def test_is_sent_back_with_a_reason_and_can_be_opened_again(self, small: SmallYear) -> None:
        back = send_back_monitoring(submitted(), actor=REVIEWER, reason="补充说明")
        first = report_monitoring(submit_monitoring(back, actor=OFFICER), actor=REVIEWER)
        second = reopen_monitoring(first, actor=OFFICER, reason="口径有误")
        assert (second.version, second.stage, sheet_of(second).frozen) == (2, "draft", False)
        with pytest.raises(Conflict, match="newer version"):
            reopen_monitoring(first, actor=OFFICER, reason="口径有误")
        small.clock.forward(hours=1)
        with reading() as session:
            assert queries.asked(session, 2024, None).version == 1
        report_monitoring(submit_monitoring(second, actor=OFFICER), actor=REVIEWER)
        with reading() as session:
            assert queries.asked(session, 2024, JULY).version == 2
            assert [one.version for _, one in queries.waiting(session, "open")] == [2]
            assert sheet_of(first).version == 1

    @pytest.mark.usefixtures("small")
    @pytest.mark.parametrize(
        "statement",
        ["UPDATE monitoring_snapshot SET content = '{}'", "DELETE FROM monitoring_snapshot",
         "DELETE FROM monitoring_step", "UPDATE follow_up_step SET note = 'x'"],
    )  # fmt: skip
    def test_is_kept_by_the_database_itself(self, statement: str) -> None:
        found = reported()
        mend_follow_up(follow_ups(found)[0], actor=OPERATOR, on=JULY, result="好")
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(text(statement))
        with reading() as session:
            assert session.scalar(select(MonitoringSnapshot.monitoring_id)) == found.id


@pytest.mark.usefixtures("small")
def test_a_day_without_a_stored_form_gives_a_draft_and_another_year_is_refused() -> None:
    with reading() as session:
        made = queries.asked(session, 2024, day("08-20"))
        assert (made.stage, made.frozen, made.indicator("C11").value) == ("draft", False, 4100)
        with pytest.raises(Refused, match="does not lie in"):
            queries.asked(session, 2023, JULY)
        with pytest.raises(NotFound):
            queries.asked(session, 2024, None)


@pytest.mark.usefixtures("small")
def test_a_target_recorded_for_20_august_is_not_in_july_s_form_and_replaces_the_old_one_in_august_s() -> None:
    draft = draft_framework(load("department-2024").data, actor=OFFICER)
    put_in_force(draft, actor=MANAGER)
    record_target(
        "department-2024", "C11", Decimal(4200), valid_from=day("08-20"), actor=OFFICER, author="财政局",
        reason="需求增加", document="调整函〔2024〕8号",
    )  # fmt: skip
    with reading() as session:
        july, august = (queries.preview(session, one).indicator("C11") for one in (JULY, day("08-31")))
    assert (july.target.text, july.earlier) == ("≥4000个CPU", ())
    assert (august.target.text, [one.text for one in august.earlier]) == ("≥4200个CPU", ["≥4000个CPU"])
    assert august.target.version is not None
    assert (august.target.version.reason, august.target.version.author) == ("需求增加", "财政局")


def test_in_january_there_is_no_budget_to_watch(small: SmallYear) -> None:
    small.clock.set("2025-01-31 18:00")
    with pytest.raises((Refused, NotFound)):
        draft_monitoring(day("2025-01-31"), HEADER, actor=OFFICER)
