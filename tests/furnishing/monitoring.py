"""Objects of the area "monitoring" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.core.db import reading
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.monitoring import (
    draft_monitoring,
    judge_monitoring,
    report_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_follow_ups import mend_follow_up
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.monitoring_reading import goals
from licensetrack.performance.monitoring_rules import Judgement
from tests.furnishing.everything import Objects
from tests.site import person
from tests.trade import day


def furnish(_objects: Objects) -> Objects:
    """A draft, a submitted monitoring, and a reported one with a point to put right and one that was."""
    draft = draft_monitoring(day("05-31"), actor=person("performance_officer"))
    reported = report_monitoring(_submitted("06-30"), actor=person("reviewer"))
    with reading() as session:
        first, second = queries.follow_ups(session, reported.id)[:2]
        session.expunge_all()
    mend_follow_up(second, actor=person("operator"), on=day("07-20"), result="已补充人员")
    return {
        "monitoring_draft": draft.id,
        "monitoring_submitted": _submitted("07-31").id,
        "monitoring_reported": reported.id,
        "point_open": first.id,
        "point_mended": second.id,
        "point_open_label": f"2024-06-30 {first.code}",
        "point_mended_label": f"2024-06-30 {second.code}",
        "monitoring_submitted_label": "2024-07-31",
    }


def _submitted(cut_off: str) -> Monitoring:
    officer = person("performance_officer")
    draft = draft_monitoring(day(cut_off), actor=officer)
    said = {
        one.code: Judgement(
            band="missed" if one.nature == "qualitative" else "", causes=("staff", "other"), cause_note="人手不足",
            likelihood="possible", mend=True, requirement="补充验收人员", owner="运营科", due_on=day("10-31"),
        )
        for _, _, one in goals(queries.framework_of(draft))
    }  # fmt: skip
    return submit_monitoring(judge_monitoring(draft, said, actor=officer), actor=officer)
