"""Evidence in the database: laid once, linked with a reason, taken back by a recorded act, seen within a scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core import blobs, db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from licensetrack.performance import evidence_queries as queries
from licensetrack.performance.evidence import Upload, add_evidence, describe_evidence, withdraw_evidence
from licensetrack.performance.evidence_links import link_evidence, unlink_evidence
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.performance.evidence_queries import EvidenceAsked
from licensetrack.performance.evidence_rules import About, Target, target_at
from tests.performance.conftest import SmallYear
from tests.performance.papers import C21, EVERY_KIND, OFFICER, laid, paper

OF_DISTRICT = Actor(9, "lan", "兰区", "operator", Scope("district", "南山区"))


def held() -> tuple[int, int, int, int]:
    """Files and links in the database, entries about them, and files on disk."""
    with reading() as session:
        files, links = (session.scalar(select(func.count()).select_from(one)) for one in (EvidenceFile, EvidenceLink))
        entries = session.scalar(select(func.count()).where(AuditEntry.tag.like("performance:evidence:%")))
    return files or 0, links or 0, entries or 0, len([*blobs.folder().glob("??/*")])


def links(evidence: EvidenceFile) -> list[EvidenceLink]:
    with reading() as session:
        return list(queries.links_of(session, evidence.id))


def test_many_files_are_laid_at_once_and_the_same_one_again_is_linked_and_not_doubled(bare_year: SmallYear) -> None:
    uploads = [Upload(name, content) for name, content in EVERY_KIND.items()]
    first = add_evidence(uploads, About("formal", title="不用"), actor=OFFICER)
    assert [added.evidence.number for added in first[:2]] == ["ZL-2024-0001", "ZL-2024-0002"]
    assert {added.evidence.title for added in first} >= {"合同", "台账", "照片"}, "several files keep their names"
    assert all(added.fresh for added in first)
    on_disk = held()[3]
    again = [Upload("另名.pdf", EVERY_KIND["验收单.pdf"]), Upload("再次.pdf", EVERY_KIND["验收单.pdf"])]
    [linked] = add_evidence(again, About("working"), actor=OFFICER, targets=[target_at("set:SQ-1")], reason="验收")
    assert not linked.fresh
    assert linked.evidence.name == "验收单.pdf"
    assert held() == (len(EVERY_KIND), 1, len(EVERY_KIND) + 1, on_disk)


def test_a_link_says_who_when_and_why_and_so_does_its_end(bare_year: SmallYear) -> None:
    evidence = laid("验收单", "set:SQ-2", "budget:PZ-3", "order:FW-1", C21)
    assert [(one.target, one.subject) for one in links(evidence)] == [
        ("set", "SQ-2"), ("budget", "PZ-3"), ("order", "FW-1"), ("indicator", "C21"),
    ]  # fmt: skip
    with reading() as session:
        assert [one.number for one in queries.evidence_for(session, "budget", "PZ-3")] == [evidence.number]
    first = links(evidence)[0]
    assert (first.linked_by, first.reason, first.undone_at) == ("pan", "佐证", None)
    bare_year.clock.forward(minutes=5)
    undone = unlink_evidence(first, actor=OFFICER, reason="贴错了套")
    assert (undone.undone_by, undone.undone_reason, undone.reason) == ("pan", "贴错了套", "佐证")
    with pytest.raises(Conflict):
        unlink_evidence(first, actor=OFFICER, reason="再来一次")
    assert link_evidence(evidence, target_at("set:SQ-2"), actor=OFFICER, reason="其实没错").id != first.id
    assert held()[:3] == (1, 5, 7)


def test_words_are_corrected_against_what_was_seen_and_the_trail_keeps_what_was_said(bare_year: SmallYear) -> None:
    evidence = laid()
    better = describe_evidence(evidence, About("formal", title="授权验收单（正本）"), actor=OFFICER, seen=1)
    assert (better.title, better.evidence_class, better.version) == ("授权验收单（正本）", "formal", 2)
    with pytest.raises(Conflict):
        describe_evidence(evidence, About("formal", title="旧页面"), actor=OFFICER, seen=1)
    with reading() as session:
        said = session.scalars(select(AuditEntry.details).order_by(AuditEntry.seq.desc())).first()
    assert '"before":{"evidence_class":"original","title":"验收单"}' in (said or "")


def test_a_withdrawn_file_stays_and_may_come_again(bare_year: SmallYear) -> None:
    evidence = laid("验收单", C21)
    withdrawn = withdraw_evidence(evidence, actor=OFFICER, reason="扫描不清")
    for act in (
        lambda: withdraw_evidence(withdrawn, actor=OFFICER, reason="再撤"),
        lambda: describe_evidence(withdrawn, About("formal", title="改名"), actor=OFFICER),
        lambda: link_evidence(withdrawn, target_at("set:SQ-1"), actor=OFFICER, reason="验收"),
    ):
        with pytest.raises(Conflict):
            act()
    with reading() as session:
        assert queries.papers_of(session, "department-2024", 2024) == ()
        assert queries.evidence_file(session, evidence.number).withdrawn_reason == "扫描不清"
        assert queries.page_of_evidence(session, EvidenceAsked(state="withdrawn")).total == 1
        assert blobs.load(session, evidence.blob_id)[1] == paper("验收单")
    assert laid("验收单").number != evidence.number


REFUSED: dict[str, Callable[[EvidenceFile], object]] = {
    "another role": lambda _: laid("新", actor=Actor(3, "mei", "梅签", "manager")),
    "a part of the city": lambda _: laid("新", actor=OF_DISTRICT),
    "nothing chosen": lambda _: add_evidence([], About("formal"), actor=OFFICER),
    "one of two is not taken": lambda _: add_evidence(
        [Upload("好.pdf", paper("好")), Upload("坏.pdf", b"<html>")], About("formal"), actor=OFFICER
    ),
    "too many": lambda _: add_evidence(
        [Upload(f"{n}.pdf", paper(str(n))) for n in range(51)], About("formal"), actor=OFFICER
    ),
    "a set that is not there": lambda _: laid("新", "set:SQ-99"),
    "an indicator that is not there": lambda _: laid("新", "indicator:department-2024:2024:Z9:"),
    "a framework that is not there": lambda _: laid("新", "indicator:somewhere-else:2024:C21:"),
    "a kind that nobody wants": lambda _: laid("新", f"{C21}没人要的"),
    "a link without a reason": lambda _: laid("新", C21, reason=" "),
    "the same link again": lambda one: link_evidence(one, target_at("set:SQ-1"), actor=OFFICER, reason="又"),
    "a voucher that is not there": lambda one: link_evidence(one, Target("budget", "PZ-9"), actor=OFFICER, reason="又"),
    "an undoing without a reason": lambda one: unlink_evidence(links(one)[0], actor=OFFICER, reason=""),
    "a withdrawal without a reason": lambda one: withdraw_evidence(one, actor=OFFICER, reason=" "),
    "no title": lambda one: describe_evidence(one, About("formal", title=" "), actor=OFFICER),
}


def test_a_refused_act_leaves_nothing_behind(bare_year: SmallYear) -> None:
    evidence = laid("验收单", "set:SQ-1")
    before = held()
    for what, act in REFUSED.items():
        with pytest.raises((Refused, Forbidden)):
            act(evidence)
        assert held() == before, what


def test_whoever_sees_a_part_of_the_city_sees_the_files_that_prove_nothing_elsewhere(bare_year: SmallYear) -> None:
    inside = laid("南山验收单", "set:SQ-2", C21)
    served = laid("南山工单", "order:FW-1")
    hidden = [
        laid("福田验收单", "set:SQ-1"), laid("两区合订", "set:SQ-1", "set:SQ-2"),
        laid("南山付款", "set:SQ-2", "budget:PZ-3"), laid("谁也不为"), laid("仅指标", C21),
    ]  # fmt: skip
    scopes = [Scope("district", "南山区"), Scope("unit", str(bare_year.school.id))]
    with reading() as session:
        for scope in scopes:
            seen = queries.whole_evidence(session, EvidenceAsked(), scope)
            assert [one.number for one in seen] == [inside.number, served.number]
            for one in hidden:
                with pytest.raises(NotFound):
                    queries.evidence_file(session, one.number, scope)
        assert queries.whole_evidence(session, EvidenceAsked(), Scope("planet", "mars")) == []
        unlinked = queries.page_of_evidence(session, EvidenceAsked(state="unlinked"))
        assert [one.title for one in unlinked.rows] == ["谁也不为"]
        found = queries.page_of_evidence(session, EvidenceAsked(search="验收", evidence_class="original"))
        assert [one.title for one in found.rows] == ["福田验收单", "南山验收单"]
        assert queries.page_of_evidence(session, EvidenceAsked(search="100%_")).total == 0


def test_the_database_itself_refuses_to_lose_or_change_what_was_laid(database: Engine, bare_year: SmallYear) -> None:
    evidence = laid("验收单", "set:SQ-1")
    unlink_evidence(links(evidence)[0], actor=OFFICER, reason="贴错")
    withdraw_evidence(evidence, actor=OFFICER, reason="不清")
    for statement in (
        "UPDATE evidence_file SET digest = 'f'",
        "UPDATE evidence_file SET withdrawn_at = NULL, withdrawn_reason = ''",
        "DELETE FROM evidence_file",
        "UPDATE evidence_link SET subject = 'SQ-2'",
        "UPDATE evidence_link SET undone_at = NULL, undone_reason = ''",
        "DELETE FROM evidence_link",
    ):
        with pytest.raises((DBAPIError, DomainError)), transaction() as session:
            session.execute(text(statement))
    assert db.engine() is database
