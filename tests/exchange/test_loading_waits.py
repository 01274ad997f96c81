"""A ledger that comes before what it refers to waits, counts nowhere, and is taken in when that arrives."""

from pathlib import Path

import pytest

from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.errors import Forbidden, NotFound
from licensetrack.exchange import loading, waiting
from licensetrack.exchange.changes import WAITS
from tests.exchange.ledger_files import (
    BUDGET,
    CHANGES,
    IMPORTS,
    ISSUES,
    SERVICES,
    attempt,
    books_are_right,
    change,
    count,
    day,
    did,
    dump,
    files_in,
    issue,
    ledger,
    load,
    order,
    refused,
    units,
)
from tests.trade import ALICE

pytestmark = pytest.mark.usefixtures("installation")

ISSUED = ledger(ISSUES, issue("SQ-1"), issue("SQ-2", cpus=32))
IMPORTED = ledger(IMPORTS, attempt("SQ-1", "02-10", accepted="02-20"))


def kept() -> list[str]:
    with db.reading() as session:
        return [one.sheet for one in waiting.kept_sheets(session)]


def test_a_ledger_without_units_is_kept_with_a_word_and_nothing_is_counted(installation: Path) -> None:
    outcome = load(ISSUED)
    [problem] = outcome.problems
    assert (problem.severity, problem.file, problem.rule) == ("warning", f"{ISSUES}.xlsx", waiting.FOR_UNITS)
    assert outcome.counts == {"issues": {"new": 0, "changed": 0, "same": 0, "waits": 2}}
    assert (kept(), count("virtualization.issued_sets"), len(files_in(installation))) == ([ISSUES], 0, 1)
    books_are_right()


def test_loading_a_waiting_file_again_does_nothing() -> None:
    load(ISSUED)
    before = dump()
    assert did(load(ISSUED), WAITS)
    assert dump() == before


def test_a_dry_run_shows_what_would_wait_and_keeps_nothing(installation: Path) -> None:
    before = dump()
    assert {c.action for c in loading.preview([ISSUED], actor=ALICE).changes} == {WAITS}
    assert (dump(), files_in(installation)) == (before, [])


def test_the_units_bring_what_waited_for_them_in() -> None:
    for file in (IMPORTED, ledger(SERVICES, order("FW-1")), ISSUED):
        load(file)
    assert len(kept()) == 3
    outcome = load(units())
    assert kept() == []
    assert [problem.rule for problem in outcome.problems] == [waiting.TAKEN_IN] * 3
    assert [count(f"virtualization.{what}") for what in ("issued_sets", "issued_cpus", "accepted_cpus")] == [2, 48, 16]
    assert count("support.orders") == 1
    books_are_right()


def test_a_part_that_need_not_wait_is_loaded_at_once() -> None:
    load(ledger(BUDGET, ("年初预算", day("01-15"), 7515, "批复", "PZ-1")), IMPORTED)
    assert (count("budget.appropriated"), kept()) == (7515, [IMPORTS])


def test_what_waits_is_not_taken_in_twice_when_it_is_given_again_with_what_it_waits_for() -> None:
    load(IMPORTED)
    outcome = load(units(), ISSUED, IMPORTED)
    assert outcome.counts["imports"] == {"new": 1, "changed": 0, "same": 0, "waits": 0}
    assert (kept(), count("virtualization.accepted_sets")) == ([], 1)


def test_of_two_versions_that_wait_the_later_one_is_right() -> None:
    load(IMPORTED)
    load(ledger(IMPORTS, attempt("SQ-1", "02-12", accepted="02-20")))
    load(ISSUED)
    load(units())
    assert [count("virtualization.imported_sets", on) for on in ("02-11", "02-12")] == [0, 1]
    books_are_right()


def test_an_error_in_a_waiting_ledger_stops_the_load_that_would_take_it_in_until_it_is_withdrawn() -> None:
    load(ledger(IMPORTS, attempt("SQ-9"), name="二月导入"))
    load(units())
    [problem] = refused(ISSUED)
    assert problem.startswith(
        "二月导入.xlsx · 导入验收台账 · row 2 · column A (授权编号) · “SQ-9”: There is no licence set SQ-9."
    )
    assert (kept(), count("virtualization.issued_sets")) == ([IMPORTS], 0)
    assert waiting.withdraw("二月导入.xlsx", actor=ALICE) == [IMPORTS]
    load(ISSUED)
    assert (kept(), count("virtualization.issued_sets")) == ([], 2)
    books_are_right()


def test_a_withdrawal_is_audited_and_only_for_those_who_load() -> None:
    load(IMPORTED)
    with pytest.raises(NotFound):
        waiting.withdraw("无此文件.xlsx", actor=ALICE)
    with pytest.raises(Forbidden):
        waiting.withdraw(f"{IMPORTS}.xlsx", actor=ALICE.__class__(None, "bob", "Bob", "unit_user"))
    waiting.withdraw(f"{IMPORTS}.xlsx", actor=ALICE)
    with db.reading() as session:
        assert session.query(AuditEntry).filter_by(tag="exchange:ledger:withdraw").count() == 1


def test_once_there_are_sets_an_unknown_number_is_an_error_that_names_the_nearest() -> None:
    load(units(), ledger(ISSUES, *(issue(f"SQ-2024-000{n}") for n in range(1, 6))))
    [problem] = refused(ledger(IMPORTS, attempt("SQ-2024-00011")))
    assert "There is no licence set SQ-2024-00011. The nearest are: SQ-2024-0001、" in problem
    assert kept() == []


def test_a_waiting_ledger_that_was_damaged_on_the_disk_is_an_error_and_no_guess(installation: Path) -> None:
    load(ISSUED)
    [stored] = files_in(installation)
    stored.write_bytes(b"PK damaged")
    with pytest.raises(NotFound, match="missing or damaged"):
        load(units())
    assert dump()["unit"] == []


def test_changes_and_imports_that_wait_meet_in_the_order_of_their_days() -> None:
    load(ledger(CHANGES, change("SQ-1", "扩容", "02-15", 8), change("SQ-2", "回收", "10-04", -32)))
    load(ledger(IMPORTS, attempt("SQ-1", accepted="02-20"), attempt("SQ-2", accepted="02-21")))
    load(units())
    load(ISSUED)
    assert [count("virtualization.accepted_cpus", on) for on in ("02-20", "02-21", "10-04")] == [24, 56, 24]
    books_are_right()
