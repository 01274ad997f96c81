"""The audit trail: every act in its place, in the act's own transaction, in order also when clocks are not."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import Engine, select

from licensetrack.core import audit, digests
from licensetrack.core.audit import CLOCK_STEP, AuditEntry, AuditHead
from licensetrack.core.db import reading, transaction
from licensetrack.verify.report import verify_records
from tests.conftest import Clock
from tests.trade import ALICE, broken_off


def entries() -> list[AuditEntry]:
    with reading() as db:
        return list(db.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def act(tag: str = "units:unit:register", **details: object) -> int:
    with transaction() as db:
        return audit.record(db, tag, "unit:SZ0001", ALICE, **details)


def broken() -> list[str]:
    return [finding.invariant for finding in verify_records() if finding.broken]


def test_entries_are_numbered_and_each_holds_the_digest_of_the_one_before(database: Engine) -> None:
    assert [act(), act("a", new={"名称": "甲"}), act("b")] == [1, 2, 3]
    found = entries()
    assert [entry.previous for entry in found] == ["0" * 64, found[0].digest, found[1].digest]
    with reading() as db:
        head = db.scalars(select(AuditHead)).one()
    assert (head.seq, head.digest) == (3, found[-1].digest)
    assert json.loads(found[1].details) == {"new": {"名称": "甲"}}
    assert broken() == []


def test_an_act_that_is_rolled_back_leaves_no_entry_and_no_hole(database: Engine) -> None:
    act()
    with broken_off() as db:
        audit.record(db, "a", "b", ALICE)
    assert act() == 2
    assert broken() == []


def test_a_clock_that_steps_back_is_told_and_the_chain_goes_on(database: Engine, clock: Clock) -> None:
    clock.set("2024-12-31 09:00")
    act()
    clock.set("2024-06-01 09:00")
    act()
    found = entries()
    assert [entry.tag for entry in found] == ["units:unit:register", CLOCK_STEP, "units:unit:register"]
    assert json.loads(found[1].details)["from"].startswith("2024-12-31 01:00")
    assert found[1].at == found[2].at < found[0].at
    assert broken() == []


def test_clocks_that_differ_by_seconds_do_not_turn_the_order_round(database: Engine, clock: Clock) -> None:
    clock.set("2024-12-31 09:00")
    act()
    clock.forward(seconds=-20)
    act()
    first, second = entries()
    assert second.at == first.at


def test_the_digest_is_sm3_where_the_machine_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    has_sm3 = "sm3" in hashlib.algorithms_available
    assert digests.chain_algorithm() == ("sm3" if has_sm3 else "sha256")
    if has_sm3:
        assert digests.digest("abc", "sm3") == digests.SM3_OF_ABC
    digests.chain_algorithm.cache_clear()
    monkeypatch.setattr(digests, "SM3_OF_ABC", "another")  # an OpenSSL whose SM3 does not give the standard's example
    assert digests.chain_algorithm() == "sha256"
    digests.chain_algorithm.cache_clear()


def test_the_digest_of_a_text_is_that_of_its_utf_8() -> None:
    assert digests.digest("许可", "sha256") == hashlib.sha256("许可".encode()).hexdigest()
    with pytest.raises(ValueError, match="unsupported"):
        digests.digest("", "crc32")
