"""Every invariant, broken on purpose, speaks up, and it alone: a checker that cannot turn red proves nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from licensetrack.core import sealing
from licensetrack.core.db import transaction
from licensetrack.verify.report import OF_THE_DATABASE, Finding, verify, verify_records
from tests.verify.acceptance_breakages import BY_ACCEPTANCE_SQL
from tests.verify.account_breakages import ACCOUNT_CASES
from tests.verify.breakages import BY_SQL, CHAIN, FALSE_SIGNATURES, FALSE_TOTALS, SIGNED, TAMPERINGS, TOTALS, Case
from tests.verify.evaluation_breakages import EVALUATION_CASES
from tests.verify.evidence_trade import EVIDENCE_CASES
from tests.verify.forgery import chain_anew, guards_off
from tests.verify.framework_breakages import FRAMEWORK_CASES
from tests.verify.handover_trade import HANDOVER, SEALED
from tests.verify.inventory_breakages import INVENTORY_CASES
from tests.verify.job_breakages import JOB_CASES
from tests.verify.monitoring_breakages import MONITORING_CASES
from tests.verify.month_breakages import MONTH_CASES
from tests.verify.procurement_breakages import PROCUREMENT_CASES
from tests.verify.request_breakages import REQUEST_CASES
from tests.verify.support_breakages import SUPPORT_CASES
from tests.verify.unit_breakages import UNIT_CASES

CASES = [
    *BY_SQL,
    *UNIT_CASES,
    *PROCUREMENT_CASES,
    *HANDOVER,
    *BY_ACCEPTANCE_SQL,
    *REQUEST_CASES,
    *ACCOUNT_CASES,
    *EVIDENCE_CASES,
    *FRAMEWORK_CASES,
    *MONITORING_CASES,
    *INVENTORY_CASES,
    *JOB_CASES,
    *MONTH_CASES,
    *SUPPORT_CASES,
    *EVALUATION_CASES,
]


class _Undone(Exception):
    """Takes back what a test did to the books."""


@contextmanager
def broken_books(*statements: str) -> Iterator[Connection]:
    """The books after these statements, with the guards off while they run; afterwards as before."""
    try:
        with transaction() as session:
            connection = session.connection()
            with guards_off(connection):
                for statement in statements:
                    assert connection.execute(text(statement)).rowcount != 0, f"nothing was broken by {statement}"
            yield connection
            raise _Undone
    except _Undone:
        pass


def red(asked: Callable[[], list[Finding]] = verify_records) -> set[str]:
    return {finding.invariant for finding in asked() if finding.broken}


GUARDED = (
    "ledger_event", "audit_entry", "budget_entry", "evaluation_snapshot", "unit_event", "import_attempt",
    "evidence_file", "evidence_link",
)  # fmt: skip
GUARDS = "the database refuses changes to what happened"
FILES = "every file has its row and its digest"
ENGINE = "the database engine finds no damage"


@pytest.mark.usefixtures("books")
class TestTheBooks:
    def test_are_right_before_anybody_breaks_them(self) -> None:
        assert red(verify) == set()

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.invariant)
    def test_tell_which_invariant_was_broken(self, case: Case) -> None:
        with broken_books(*case.statements) as connection:
            if case.covering_up is not None:
                with guards_off(connection):
                    case.covering_up(connection)
            assert red(verify if case.invariant in OF_THE_DATABASE else verify_records) == {case.invariant} | case.also

    @pytest.mark.parametrize("how", TAMPERINGS)
    def test_show_that_the_audit_chain_was_tampered_with(self, how: str) -> None:
        with broken_books(TAMPERINGS[how]):
            assert CHAIN in red()

    def test_can_not_show_that_the_whole_chain_was_written_anew(self) -> None:
        """Only a checkpoint kept outside the database could: that is why signed reports print one."""
        with broken_books("UPDATE audit_entry SET actor = 'mallory' WHERE seq = 7") as connection:
            with guards_off(connection):
                chain_anew(connection)
            assert red() == set()

    @pytest.mark.parametrize("how", FALSE_TOTALS)
    def test_show_that_a_total_is_not_the_sum_of_its_scores(self, how: str) -> None:
        with broken_books(FALSE_TOTALS[how]):
            assert red() == {TOTALS}

    @pytest.mark.parametrize("how", FALSE_SIGNATURES)
    def test_show_that_a_signed_evaluation_was_changed(self, how: str) -> None:
        with broken_books(FALSE_SIGNATURES[how]):
            assert red() == {SIGNED}

    @pytest.mark.parametrize("table", GUARDED)
    def test_show_that_a_guard_was_taken_away(self, table: str) -> None:
        with broken_books() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_frozen"))
            assert red(verify) == {GUARDS}

    def test_show_that_a_file_is_missing_changed_or_nobodys(self, books: Path) -> None:
        [file] = [path for path in books.glob("??/*") if path.read_bytes() == "验收单".encode()]
        content = file.read_bytes()
        file.unlink()
        assert red() == {FILES}
        file.write_bytes(content[:-1] + b"?")
        assert red() == {FILES}
        file.write_bytes(content)
        assert red() == set()
        stray = file.with_suffix(".part")
        stray.write_bytes(b"half")
        assert red() == set(), "an upload may be on its way"
        os.utime(stray, (0, 0))
        assert red() == {FILES}
        stray.unlink()

    def test_show_that_a_licence_file_was_exchanged_for_another(self, books: Path) -> None:
        sealed = next(path for path in books.glob("??/*") if path.read_bytes()[:1] == b"\x01")
        content = sealed.read_bytes()
        sealed.write_bytes(sealing.seal(b"another licence", "license-file"))
        assert red() == {FILES, SEALED}
        sealed.write_bytes(content)
        assert red() == set()

    def test_show_that_a_row_points_at_nothing(self) -> None:
        with broken_books() as connection:
            stray = text("INSERT INTO unit_name (unit_id, name, name_key) VALUES (99, 'x', 'x')")
            if connection.dialect.name == "sqlite":
                with guards_off(connection):
                    connection.execute(stray)
                assert red(verify) == {ENGINE}
            else:
                with pytest.raises(IntegrityError):
                    connection.execute(stray)


def test_no_invariant_is_without_its_test(database: object) -> None:
    tested = {case.invariant for case in CASES} | {CHAIN, SIGNED, TOTALS, GUARDS, FILES, ENGINE}
    assert tested == {finding.invariant for finding in verify()}
