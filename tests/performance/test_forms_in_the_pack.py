"""The sealed pack holds the forms of goals and of every monitoring reported before the signature, with their lines."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from licensetrack.core import db, signing
from licensetrack.performance import queries
from licensetrack.performance.models import Evaluation
from licensetrack.performance.monitoring import reopen_monitoring, report_monitoring, submit_monitoring
from licensetrack.performance.monitoring_follow_ups import accept_follow_up, mend_follow_up
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.reports.sealed_pack import write_pack
from licensetrack.reports.verify_pack import verify
from tests.performance.conftest import OFFICER, OPERATOR, REVIEWER, SmallYear, signed
from tests.performance.watching import follow_ups, reported
from tests.trade import day

JULY = "数据/运行监控/2024-07-31/"


def packed(found: Evaluation) -> bytes:
    signing.use_key("5a" * 32)
    target = BytesIO()
    with db.reading() as session:
        write_pack(session, queries.evaluation(session, found.id), target)
    return target.getvalue()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_goals_and_the_reported_monitoring_lie_in_the_pack_and_are_recounted(
    year: SmallYear, paper: WorkingPaper
) -> None:
    july = reported()
    year.clock.forward(hours=1)
    found = signed(paper, year.clock)
    pack = packed(found)
    told = {one.title: one.detail for one in verify(pack)}
    assert [one.title for one in verify(pack) if not one.ok] == []
    assert "10项指标" in told["绩效目标"]
    assert "由明细复算31项" in told["运行监控（截至2024-07-31）"]
    with ZipFile(BytesIO(pack)) as archive:
        names = archive.namelist()
        for form in ("pdf", "docx", "xlsx"):
            assert f"报告和表单/绩效目标申报表.{form}" in names
            assert f"报告和表单/绩效运行监控表（2024年1—7月）.{form}" in names
        rows = [
            json.loads(line) for line in archive.read(f"{JULY}逐笔明细/virtualization.accepted_cpus.jsonl").splitlines()
        ]
        assert [(row["number"], row["value"]) for row in rows] == [("SQ-1", 4100)]
        goals = [json.loads(line) for line in archive.read("数据/绩效目标.jsonl").splitlines()]
        assert ("C11", "4000", "7") in [(row["code"], row["target"], row["weight"]) for row in goals]
    # Whatever happens afterwards, the pack of this signature stays what it is.
    [point] = follow_ups(july)
    accept_follow_up(mend_follow_up(point, actor=OPERATOR, on=day("12-01"), result="已补充"), actor=REVIEWER)
    again = reopen_monitoring(july, actor=OFFICER, reason="补充说明")
    report_monitoring(submit_monitoring(again, actor=OFFICER), actor=REVIEWER)
    year.accepted("SQ-9", year.bureau, "virtualization", 8, "2024-03-01")
    assert packed(found) == pack


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_monitoring_reported_after_the_signature_is_left_out(year: SmallYear, paper: WorkingPaper) -> None:
    found = signed(paper, year.clock)
    year.clock.forward(hours=1)
    reported()
    assert "运行监控（截至2024-07-31）" not in {one.title for one in verify(packed(found))}
