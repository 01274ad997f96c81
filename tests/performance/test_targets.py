"""A target adjusted in mid-year is used from its day on, and the one before stands beside it."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.performance import frameworks, queries
from licensetrack.performance.evaluations import complete_evaluation, evaluate, rework_evaluation
from licensetrack.performance.framework import Framework, Targets, targets_of
from licensetrack.performance.framework_drafting import draft_framework, draft_next, edit_draft, put_in_force
from licensetrack.performance.framework_models import TargetRecord
from licensetrack.performance.models import Evaluation
from licensetrack.performance.previewing import preview
from licensetrack.performance.targets import record_target
from licensetrack.performance.working_paper import WorkingPaper
from tests.performance.conftest import MANAGER, OFFICER, OPERATOR, REVIEWER, SmallYear, signed
from tests.performance.test_framework_versions import CODE, heavier, sample

D, DAY = Decimal, dt.date(2024, 8, 20)
JULY, AUGUST, YEAR_END = dt.date(2024, 7, 31), dt.date(2024, 8, 31), dt.date(2024, 12, 31)
SCAN = b"%PDF-1.7 a decision %%EOF"


def begun(target: int = 3800) -> None:
    """The framework in force, with 3,800 CPUs as the year's first target."""
    content = sample()
    leaf = content["level1"][2]["level2"][0]["level3"][0]
    leaf["target"] = target
    put_in_force(draft_framework(content, actor=OFFICER), actor=MANAGER)


def adjusted(value: int = 4000, on: dt.date = DAY, **more: Any) -> TargetRecord:
    """The target as adjusted after the August monitoring."""
    said: dict[str, Any] = {"author": "市财政局", "reason": "年中监控后调整", "document": "深财绩〔2024〕8号"}
    return record_target(CODE, "C11", D(value), valid_from=on, **{"actor": OFFICER, **said, **more})


def standing() -> Framework:
    with reading() as db:
        return frameworks.in_force(db, CODE)


def of_c11(as_of: dt.date) -> Targets:
    return targets_of(standing(), as_of)["C11"]


def values(targets: Targets) -> tuple[Decimal | None, list[Decimal], list[Decimal]]:
    """What holds, what held up to then, what is to come."""
    current = None if targets.current is None else targets.current.value
    return current, [one.value for one in targets.history], [one.value for one in targets.ahead]


def test_a_target_changed_on_20_august_is_used_from_then_on_and_both_stand(database: Engine) -> None:
    begun()
    adjusted()
    assert values(of_c11(JULY)) == (3800, [3800], [4000])
    assert values(of_c11(dt.date(2024, 8, 19))) == (3800, [3800], [4000])
    assert values(of_c11(DAY)) == values(of_c11(AUGUST)) == (4000, [3800, 4000], [])
    told = of_c11(AUGUST).history[1]
    assert (told.author, told.reason, told.document) == ("市财政局", "年中监控后调整", "深财绩〔2024〕8号")


def test_the_evaluation_scores_by_the_target_of_its_day_and_holds_both(year: SmallYear, paper: WorkingPaper) -> None:
    begun(4100)
    adjusted(8200)
    draft = evaluate(paper, actor=OFFICER)
    with reading() as db:
        at_the_end = queries.sheet(db, draft, with_traces=False).indicator("C11")
        in_july, in_august = (preview(db, draft, day).indicator("C11") for day in (JULY, AUGUST))
    assert (at_the_end.target, at_the_end.score) == (8200, D("3.50"))
    assert [(one.value, one.start) for one in at_the_end.targets] == [(4100, dt.date(2024, 1, 1)), (8200, DAY)]
    assert (in_july.target, in_july.score) == (4100, D("7.00"))
    assert (in_august.target, in_august.score) == (8200, D("3.50"))


def test_a_draft_made_before_the_adjustment_is_read_anew_before_anybody_completes_it(
    year: SmallYear, paper: WorkingPaper
) -> None:
    begun()
    draft = evaluate(paper, actor=OFFICER)
    adjusted()
    assert held(draft) == [3800]
    with pytest.raises(Conflict, match="a target changed since"):
        complete_evaluation(draft, actor=OFFICER)
    draft = complete_evaluation(rework_evaluation(draft, actor=OFFICER), actor=OFFICER)
    assert held(draft) == [3800, 4000]


def test_a_signed_evaluation_keeps_the_targets_that_it_was_signed_with(year: SmallYear, paper: WorkingPaper) -> None:
    begun()
    done = signed(paper, year.clock)
    adjusted()
    assert held(done) == [3800]


def held(evaluation: Evaluation) -> list[Decimal]:
    """The targets of C11 that an evaluation shows."""
    with reading() as db:
        return [one.value for one in queries.sheet(db, evaluation, with_traces=False).indicator("C11").targets]


def test_a_slip_is_mended_by_a_record_of_the_same_day(sqlite_database: Engine) -> None:
    begun()
    adjusted(400)
    adjusted(4000, reason="录入错误")
    assert values(of_c11(AUGUST)) == (4000, [3800, 4000], [])
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(TargetRecord).where(TargetRecord.indicator == "C11")) == 3


def test_the_paper_of_a_target_is_stored_by_its_digest(sqlite_database: Engine) -> None:
    begun()
    record = adjusted(document="", paper=("调整通知.pdf", SCAN))
    assert record.paper_digest == hashlib.sha256(SCAN).hexdigest() == of_c11(AUGUST).history[1].paper
    with reading() as db:
        assert blobs.load(db, record.paper_id or 0)[1] == SCAN


def test_targets_hold_in_the_next_version_too(sqlite_database: Engine) -> None:
    begun()
    with reading() as db:
        first = frameworks.newest_in_force(db, CODE)
    assert first is not None
    second = draft_next(first, actor=OFFICER)
    adjusted()
    content = heavier(dict(second.content))
    put_in_force(edit_draft(second, content, actor=OFFICER), actor=MANAGER)
    assert standing().branches[0].weight == 19
    assert values(of_c11(AUGUST)) == (4000, [3800, 4000], [])


def test_a_new_version_does_not_move_a_recorded_target_in_silence(sqlite_database: Engine) -> None:
    begun(3800)
    with reading() as db:
        first = frameworks.newest_in_force(db, CODE)
    assert first is not None
    second = edit_draft(draft_next(first, actor=OFFICER), sample(), actor=OFFICER)  # its file says 4,000
    with pytest.raises(Refused, match="The target of C11 was recorded already"):
        put_in_force(second, actor=MANAGER)
    assert values(of_c11(AUGUST)) == (3800, [3800], [])


@pytest.mark.parametrize(
    ("more", "words", "field"),
    [
        ({"value": -1}, "a number from 0 on", "value"),
        ({"value": 3800}, "holds already", "value"),
        ({"on": dt.date(2025, 1, 1)}, "does not lie in 2024", "valid_from"),
        ({"author": " "}, "who set the target", "author"),
        ({"reason": ""}, "A reason is needed", "reason"),
        ({"document": ""}, "rests on a document", "document"),
        ({"reason": "因" * 501}, "longer than 500", "reason"),
        ({"paper": ("决定.exe", b"MZ")}, "A sealed scan is", "paper"),
    ],
)
def test_a_target_without_what_it_needs_leaves_nothing_behind(
    sqlite_database: Engine, more: dict[str, Any], words: str, field: str
) -> None:
    begun()
    with reading() as db:
        before = [db.scalar(select(func.count()).select_from(table)) for table in (TargetRecord, AuditEntry)]
    with pytest.raises(Refused, match=words) as refusal:
        adjusted(**more)
    assert refusal.value.field == field
    with reading() as db:
        assert [db.scalar(select(func.count()).select_from(table)) for table in (TargetRecord, AuditEntry)] == before


@pytest.mark.parametrize("indicator", ["A11", "Z99"])
def test_only_an_indicator_with_a_number_has_a_target_to_adjust(sqlite_database: Engine, indicator: str) -> None:
    begun()
    with pytest.raises((NotFound, Refused)):
        record_target(
            CODE, indicator, D(1), valid_from=DAY, actor=OFFICER, author="市财政局", reason="调整", document="8号"
        )


@pytest.mark.parametrize("actor", [OPERATOR, REVIEWER, MANAGER])
def test_only_the_performance_officer_adjusts_a_target(sqlite_database: Engine, actor: Actor) -> None:
    begun()
    with pytest.raises(Forbidden):
        adjusted(actor=actor)


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        (JULY, "≥3800个CPU"),
        (AUGUST, "≥4000个CPU（8月20日前：≥3800个CPU）"),
        (YEAR_END, "≥4000个CPU（11月1日前：≥4200个CPU；9月1日前：≥4000个CPU；8月20日前：≥3800个CPU）"),
    ],
)
def test_forms_show_both_targets_from_the_day_of_the_change_on(
    year: SmallYear, paper: WorkingPaper, as_of: dt.date, words: str
) -> None:
    begun()
    adjusted(4200)
    adjusted(4000, reason="录入错误")
    adjusted(4200, on=dt.date(2024, 9, 1))
    adjusted(4000, on=dt.date(2024, 11, 1))
    draft = evaluate(paper, actor=OFFICER)
    with reading() as db:
        assert preview(db, draft, as_of).indicator("C11").target_text == words
