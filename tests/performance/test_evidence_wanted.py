"""Evidence and the evaluation: what is wanted must be there, and what was there at the signing stays in it for ever."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from licensetrack.core.db import reading
from licensetrack.performance.evaluations import (
    complete_evaluation,
    evaluate,
    reopen_evaluation,
    review_evaluation,
    sign_evaluation,
)
from licensetrack.performance.evidence import withdraw_evidence
from licensetrack.performance.evidence_queries import evidence_of
from licensetrack.performance.evidence_wanted import evidence_gaps, missing_evidence, wanted_lines, wanted_of
from licensetrack.performance.framework import Framework, framework, load
from licensetrack.performance.models import Evaluation
from licensetrack.performance.scorecard import Incomplete
from licensetrack.performance.sheet import EvidencePaper
from licensetrack.performance.working_paper import WorkingPaper
from tests.performance.conftest import MANAGER, OFFICER, REVIEWER, SmallYear
from tests.performance.papers import C21, laid

KIND = f"{C21}授权验收单"
OTHER = "indicator:department-2024:2024:B12:支付凭证"


def wanting() -> Framework:
    """The sample framework, in which C21 wants an acceptance paper, B12 a voucher and a contract, others nothing."""
    wanted = {"C21": ["授权验收单"], "B12": ["支付凭证", "合同"]}
    data: Any = copy.deepcopy(dict(load("department-2024").data))
    for branch in data["level1"]:
        for lower in branch["level2"]:
            for leaf in lower["level3"]:
                leaf["wanted_evidence"] = wanted.get(leaf["code"], [])
    return framework(data)


def proof(number: str, *proves: tuple[str, str]) -> EvidencePaper:
    return EvidencePaper(number, number, "original", f"{number}.pdf", "pdf", "f" * 64, 1, "", None, proves)


def draft(of: WorkingPaper) -> Evaluation:
    return evaluate(of, wanting(), actor=OFFICER)


def gaps_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    with reading() as session:
        return [(gap.code, gap.wanted) for gap in missing_evidence(session, evaluation)]


def test_every_kind_wanted_is_there_or_missing_and_further_files_come_last() -> None:
    papers = [
        proof("一", ("C21", "授权验收单"), ("B12", "合同")),
        proof("二", ("C21", "")),
        proof("三", ("A11", "旧的")),
    ]
    lines = wanted_lines(wanting(), papers)
    assert [(one.indicator.code, one.wanted, [paper.number for paper in one.papers]) for one in lines] == [
        ("A11", "", ["三"]),
        ("B12", "支付凭证", []),
        ("B12", "合同", ["一"]),
        ("C21", "授权验收单", ["一"]),
        ("C21", "", ["二"]),
    ]
    assert [(gap.code, gap.wanted) for gap in evidence_gaps(lines)] == [("B12", "支付凭证")]


def test_an_indicator_without_its_evidence_can_not_be_completed_and_the_refusal_lists_what_is_missing(
    bare_year: SmallYear, paper: WorkingPaper
) -> None:
    made = draft(paper)
    laid("验收单", KIND, "indicator:department-2024:2024:B12:合同")
    with pytest.raises(Incomplete) as refusal:
        complete_evaluation(made, actor=OFFICER)
    assert [(gap.code, gap.wanted) for gap in refusal.value.gaps] == [("B12", "支付凭证")]
    laid("支付凭证", OTHER)
    assert gaps_of(made) == []
    assert complete_evaluation(made, actor=OFFICER).stage == "completed"


def test_what_was_withdrawn_after_the_completion_stops_the_signing(bare_year: SmallYear, paper: WorkingPaper) -> None:
    made = draft(paper)
    slip = laid("支付凭证", OTHER)
    laid("验收单", KIND, "indicator:department-2024:2024:B12:合同")
    reviewed = review_evaluation(complete_evaluation(made, actor=OFFICER), actor=REVIEWER)
    withdraw_evidence(slip, actor=OFFICER, reason="凭证有误")
    with pytest.raises(Incomplete, match="B12"):
        sign_evaluation(reviewed, actor=MANAGER)
    assert gaps_of(reviewed) == [("B12", "支付凭证")]
    laid("更正后的支付凭证", OTHER)
    assert sign_evaluation(reviewed, actor=MANAGER).stage == "signed"


def test_the_signing_freezes_the_index_of_evidence_and_later_acts_do_not_touch_it(
    bare_year: SmallYear, paper: WorkingPaper
) -> None:
    made = draft(paper)
    slip = laid("支付凭证", OTHER, C21)
    laid("验收单", KIND, "indicator:department-2024:2024:B12:合同")
    reviewed = review_evaluation(complete_evaluation(made, actor=OFFICER), actor=REVIEWER)
    signed = sign_evaluation(reviewed, actor=MANAGER)
    with reading() as session:
        frozen = evidence_of(session, signed)
    assert [(one.number, one.title, one.digest, one.indicators) for one in frozen] == [
        ("ZL-2024-0001", "支付凭证", slip.digest, ("B12", "C21")),
        ("ZL-2024-0002", "验收单", frozen[1].digest, ("B12", "C21")),
    ]
    assert frozen[0].proves == (("B12", "支付凭证"), ("C21", ""))
    withdraw_evidence(slip, actor=OFFICER, reason="不清")
    laid("后来的", C21)
    with reading() as session:
        assert evidence_of(session, signed) == frozen
        assert [one.missing for one in wanted_of(session, signed)] == [False, False, False, False]
    again = reopen_evaluation(signed, paper, wanting(), actor=OFFICER, reason="补充材料")
    with reading() as session:
        assert [one.title for one in evidence_of(session, again)] == ["验收单", "后来的"]
