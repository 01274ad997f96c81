"""The life of a monitoring: drafted, judged, submitted, reported for ever, followed up until mended, closed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.performance import monitoring_queries as queries
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
from licensetrack.performance.monitoring_models import FollowUp, Monitoring, MonitoringSnapshot
from licensetrack.performance.monitoring_rules import Incomplete, Judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet, ProjectHeader
from licensetrack.performance.queries import differences
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.units.models import Unit
from tests.conftest import Clock
from tests.performance.conftest import MANAGER, OFFICER, OPERATOR, REVIEWER, SmallYear, small_year
from tests.trade import day

JULY = day("07-31")
HEADER = ProjectHeader(
    project="场地授权项目", authority="主管局", implementer="数据中心", author="数据中心", fund_source="一般公共预算",
    goal="不少于{target.C11}个CPU。", progress="已完成{value.C11}个CPU。",
)  # fmt: skip
DONE = Judgement(band="achieved", value_text="正常推进", forecast_text="按期完成")
SAID = {
    "C12": Judgement(likelihood="certain"),
    "C31": DONE,
    "C32": Judgement(likelihood="possible"),  # no service order yet: there is nothing to divide
    "D11": Judgement(likelihood="certain"),
    "D12": DONE,
    "D21": Judgement(likelihood="possible"),
    "budget": Judgement(forecast=Decimal(7515), forecast_reason="合同约定12月支付"),
}
LATE = Judgement(
    band="missed", causes=("staff", "other"), cause_note="人手不足", likelihood="possible", mend=True,
    requirement="补充人员", owner="运营科", due_on=day("10-31"),
)  # fmt: skip


@pytest.fixture(scope="module")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small year in a file of its own, built once and copied for each test."""
    path = tmp_path_factory.mktemp("small") / "year.db"
    shutil.copyfile(migrated_sqlite, path)
    with time_machine.travel(0.0, tick=False) as traveller:
        clock = Clock(traveller)
        clock.set("2024-12-31 09:00")
        engine = db.connect(f"sqlite:///{path}")
        small_year(clock)
        engine.dispose()
    return path


@pytest.fixture
def small(template: Path, tmp_path: Path, clock: Clock) -> Iterator[SmallYear]:
    """The process bound to a copy of it, an hour later."""
    shutil.copyfile(template, tmp_path / "year.db")
    engine = db.connect(f"sqlite:///{tmp_path / 'year.db'}")
    clock.forward(hours=1)
    with reading() as session:
        bureau, school = session.scalars(select(Unit).order_by(Unit.code)).all()
        session.expunge_all()
    yield SmallYear(bureau, school, clock)
    engine.dispose()


def sheet_of(monitoring: Monitoring) -> MonitoringSheet:
    with reading() as session:
        return queries.sheet(session, monitoring)


def drafted() -> Monitoring:
    return draft_monitoring(JULY, HEADER, actor=OFFICER)


def submitted(last: Judgement = LATE) -> Monitoring:
    judged = judge_monitoring(drafted(), SAID | {"D13": last}, actor=OFFICER)
    return submit_monitoring(judged, actor=OFFICER)


def reported(last: Judgement = LATE) -> Monitoring:
    return report_monitoring(submitted(last), actor=REVIEWER)


def follow_ups(monitoring: Monitoring) -> list[FollowUp]:
    with reading() as session:
        return list(queries.follow_ups(session, monitoring.id))


def tables() -> dict[str, int]:
    with reading() as session:
        names = ("monitoring", "monitoring_step", "monitoring_snapshot", "follow_up", "follow_up_step", "audit_entry")
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}


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
    def test_a_forecast_of_the_budget_never_exceeds_what_was_granted(self) -> None:
        for number in range(2):
            post_entry(
                BudgetLine("payment", day("03-01"), Decimal(40000000), f"PZ-1{number}"), actor=SYSTEM
            )  # fmt: skip
        budget = sheet_of(drafted()).budget
        assert (budget.spent, budget.trend.forecast, budget.forecast) == (8000, 7515, 7515)


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


def test_in_january_there_is_no_budget_to_watch(small: SmallYear) -> None:
    small.clock.set("2025-01-31 18:00")
    with pytest.raises((Refused, NotFound)):
        draft_monitoring(day("2025-01-31"), HEADER, actor=OFFICER)
