"""Papers of the demonstration: one sample document for each kind of evidence that the framework wants, and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from licensetrack.accounts.permissions import Actor
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading
from licensetrack.performance.evidence import Upload, add_evidence
from licensetrack.performance.evidence_rules import BUDGET, INDICATOR, About, Target
from licensetrack.performance.framework import Framework
from licensetrack.procurement.budgets import standing_entries
from licensetrack.reports.document import Document, Paragraph, Properties, Tone
from licensetrack.reports.pdf import render_pdf

OFFICE = "深圳市大数据资源管理中心"
NOTE = "本件为演示系统生成的示例文件，仅用于说明佐证材料的登记与关联，不是任何单位的真实文件。"


class SamplePaper(NamedTuple):
    """A sample document: what kind of evidence it is, its class and day, and what stands in it."""

    kind: str
    evidence_class: str
    day: str
    text: str


PAPERS = (
    SamplePaper("立项依据文件", "formal", "2023-09-15",
                "为推进数字政府建设和软件正版化工作，统一以场地授权方式采购虚拟化软件和云管理软件，供市、区两级单位使用。"),
    SamplePaper("项目申报及审批材料", "formal", "2023-10-20",
                "项目列入年度履职类项目，经需求论证、预算评审和集体决策后申报，按预算管理规定批复。"),
    SamplePaper("绩效目标申报表", "formal", "2023-11-06",
                "项目随预算编报绩效目标，设数量、质量、时效、成本、效益和满意度指标。"),
    SamplePaper("需求调研表", "working", "2023-08-18",
                "面向市直单位和各区开展云平台软件授权需求调研，逐单位登记现有规模、扩容计划和服务需求。"),
    SamplePaper("市场单价调研情况", "working", "2023-08-31",
                "就同类软件的授权和服务报价开展市场调研，作为预算测算的依据。"),
    SamplePaper("市、区分摊比例测算", "working", "2023-09-08",
                "按市、区两级单位的授权需求测算分摊比例，征求各区意见后确定。"),
    SamplePaper("支付凭证", "original", "2024-12-18", "按合同约定的付款节点办理支付，审批手续完整。"),
    SamplePaper("合同", "formal", "2024-04-08", "约定授权产品、计量方式、有效期、技术服务内容和付款节点。"),
    SamplePaper("财务管理制度", "formal", "2022-03-01", "规定预算、收支、采购、合同管理和资金支付的审批程序。"),
    SamplePaper("业务管理制度", "formal", "2022-03-01",
                "规定授权申请、审核、发放、导入、验收、变更和技术服务的办理程序。"),
    SamplePaper("归档清单", "working", "2024-12-30", "列明合同、验收材料、授权台账和技术服务记录的归档情况。"),
    SamplePaper("授权验收单", "original", "2024-12-20", "用户单位与发放单位确认授权导入结果与发放内容一致，验收通过。"),
)  # fmt: skip


def lay_papers(framework: Framework, year: int, *, actor: Actor) -> int:
    """Lays a sample for each kind that the framework wants and there is a sample of; returns how many."""
    with reading() as db:
        payments = [Target(BUDGET, entry.voucher) for entry in standing_entries(db) if entry.kind == "payment"]
    laid = 0
    for paper in PAPERS:
        targets = [
            Target(INDICATOR, leaf.code, framework.code, year, paper.kind)
            for leaf in framework.leaves()
            if paper.kind in leaf.wanted_evidence
        ]
        if targets:
            _lay(paper, [*targets, *payments] if paper.kind == "支付凭证" else targets, actor)
            laid += 1
    return laid


def _lay(paper: SamplePaper, targets: Sequence[Target], actor: Actor) -> None:
    day = dt.date.fromisoformat(paper.day)
    about = About(paper.evidence_class, title=f"{paper.kind}（示例）", document_date=day)
    add_evidence(
        [Upload(f"{paper.kind}（示例）.pdf", sample_pdf(paper))], about, actor=actor, targets=targets,
        reason=f"指标要求的“{paper.kind}”（示例）",
    )  # fmt: skip


def sample_pdf(paper: SamplePaper) -> bytes:
    """The document as PDF, which says of itself that it is a sample."""
    title = f"{paper.kind}（示例）"
    day = dt.date.fromisoformat(paper.day)
    created = dt.datetime.combine(day, dt.time(9), BUSINESS_ZONE)
    blocks = (
        Paragraph((paper.text,)),
        Paragraph((OFFICE,), Tone.RIGHT),
        Paragraph((f"{day.year}年{day.month}月{day.day}日",), Tone.RIGHT),
        Paragraph((NOTE,), Tone.NOTE),
    )
    return render_pdf(Document(title, Properties(OFFICE, created, title), blocks))
