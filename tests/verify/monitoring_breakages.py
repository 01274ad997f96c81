"""How each invariant of monitorings can be broken by SQL, and the monitoring that is broken."""

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.framework import load
from licensetrack.performance.monitoring import (
    close_monitoring,
    draft_monitoring,
    judge_monitoring,
    report_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_follow_ups import accept_follow_up, mend_follow_up
from licensetrack.performance.monitoring_reading import goals
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import ProjectHeader
from tests.trade import day
from tests.verify.breakages import Case

OFFICER, REVIEWER, MANAGER = (
    Actor(None, login, login, role)
    for login, role in (("peter", "performance_officer"), ("rosa", "reviewer"), ("mara", "manager"))
)


def monitor() -> None:
    """A monitoring that was reported, put right and closed."""
    framework = load("department-2024")
    said = {
        one.code: Judgement(
            band="missed" if one.nature == "qualitative" else "", causes=("staff",), cause_note="人手不足",
            likelihood="possible", mend=True, requirement="补充人员", owner="运营科", due_on=day("10-31"),
        )
        for _, _, one in goals(framework)
    }  # fmt: skip
    drafted = draft_monitoring(day("07-31"), ProjectHeader(), framework, actor=OFFICER)
    judged = judge_monitoring(drafted, said, actor=OFFICER)
    reported = report_monitoring(submit_monitoring(judged, actor=OFFICER), actor=REVIEWER)
    with reading() as session:
        points = queries.follow_ups(session, reported.id)
        session.expunge_all()
    for point in points:
        accept_follow_up(
            mend_follow_up(point, actor=OFFICER, on=day("10-20"), result="已补充"), actor=REVIEWER
        )  # fmt: skip
    close_monitoring(reported, actor=MANAGER)


TRAIL = "every step of a monitoring is in the audit trail"
REVISION = "a point's revision is one more than its steps"
MONITORING_CASES = [
    Case("a monitoring's revision is the number of its steps", ("UPDATE monitoring SET revision = 9",)),
    Case(TRAIL, ("UPDATE monitoring_step SET action = 'rework' WHERE action = 'judge'",)),
    Case(
        "whoever submitted a monitoring neither reported nor closed it",
        ("UPDATE monitoring_step SET login = 'peter' WHERE action = 'close'",),
    ),
    Case(
        "what has to be put right comes from a monitoring that was reported",
        ("UPDATE monitoring SET stage = 'submitted'",),
    ),
    Case(
        "a closed monitoring has nothing left to put right",
        ("UPDATE follow_up SET stage = 'mended' WHERE code = 'C11'",),
    ),
    Case(REVISION, ("UPDATE follow_up SET revision = 7 WHERE code = 'C11'",)),
    Case(
        "whoever put a point right did not accept it",
        ("UPDATE follow_up_step SET login = 'peter' WHERE action = 'accept'",),
    ),
    Case(
        "every reported monitoring is what was reported",
        ("UPDATE monitoring_snapshot SET content = replace(content, '2024', '2042')",),
    ),
    Case("every reported monitoring is what was reported", ("DELETE FROM monitoring_snapshot",)),
]
