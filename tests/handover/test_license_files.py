"""Licence files of a set: sealed, numbered, compared, taken out with a reason; and who may not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.handover.file_queries import accesses_of_set, files_of_set
from licensetrack.handover.license_files import attach_file, download_file, reveal_file
from licensetrack.handover.models import LicenseFile, LicenseFileAccess
from licensetrack.units.models import Unit
from tests.handover.vendor_files import ESN, huawei_dat, huawei_xml
from tests.trade import ALICE, day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")

OTHER_ESN = "2102311ZZZ10K5000999"
DANA = Actor(None, "dana", "Dana", "auditor")


def of_unit(holder: Unit) -> Actor:
    """Bob of that unit."""
    return Actor(None, "bob", "Bob", "unit_user", Scope("unit", str(holder.id)))


def a_set(number: str = "SQ-1", holder: Unit | None = None, cpus: int = 16) -> LicenseSet:
    return issued(number, holder or unit(), cpus, details={"fingerprint": ESN})


def stored(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("??/*")]


def test_a_file_is_sealed_numbered_and_comes_out_as_it_went_in() -> None:
    content = huawei_xml()
    file = attach_file(a_set(), f"LIC_{ESN}.xml", content, actor=ALICE)
    assert (file.version, file.size, file.differences, file.obsolete_at) == (1, len(content), [], None)
    assert len(file.sm3) in (0, 64)
    assert all(b"LSN" not in kept and ESN.encode() not in kept for kept in stored(blobs.folder()))
    assert download_file(file, actor=ALICE, reason="转交单位") == content
    revealed = reveal_file(file, actor=ALICE, reason="核对")
    assert (revealed.fingerprint, revealed.serial) == (ESN, "LIC20240305A7K2M9")
    assert "<LSN>" in revealed.text


def test_a_newer_file_makes_the_older_obsolete_and_deletes_nothing() -> None:
    found = a_set()
    old = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    new = attach_file(found, "b.dat", huawei_dat(kind="COMM"), actor=ALICE)
    with reading() as db:
        versions = [(one.file.version, one.file.obsolete_at is None) for one in files_of_set(db, found.id)]
    assert versions == [(2, True), (1, False)]
    assert download_file(old, actor=ALICE, reason="查档") == huawei_xml()
    with pytest.raises(Refused, match="obsolete"):
        download_file(old, actor=of_unit(unit_of(found)), reason="导入")
    assert download_file(new, actor=of_unit(unit_of(found)), reason="导入")


def unit_of(found: LicenseSet) -> Unit:
    with reading() as db:
        return db.get_one(Unit, found.unit_id)


def test_every_look_inside_leaves_who_when_and_why_but_never_what() -> None:
    found = a_set()
    file = attach_file(found, f"LIC_{ESN}.xml", huawei_xml(), actor=ALICE)
    bob = of_unit(unit_of(found))
    reveal_file(file, actor=ALICE, reason="电话核对指纹")
    download_file(file, actor=bob, reason="导入平台")
    with reading() as db:
        told = [
            (access.act, access.login, access.reason, access.by_unit) for access, _ in accesses_of_set(db, found.id)
        ]
        entries = db.execute(select(AuditEntry.tag, AuditEntry.details).where(AuditEntry.tag.like("handover:%"))).all()
        posted = json.dumps([one.payload for one in db.scalars(select(OutboxMessage))])
    assert told == [("download", "bob", "导入平台", True), ("reveal", "alice", "电话核对指纹", False)]
    assert [tag for tag, _ in entries] == ["handover:file:attach", "handover:file:reveal", "handover:file:download"]
    for secret in (ESN, "LIC20240305A7K2M9", "Sign"):
        assert secret not in str(entries)
        assert secret not in posted


@pytest.mark.parametrize("taking", [reveal_file, download_file])
def test_nothing_comes_out_without_a_reason_or_a_right(taking: object) -> None:
    found, stranger = a_set(), unit("SZ0002")
    file = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    for actor, error in ((of_unit(stranger), NotFound), (DANA, Forbidden)):
        with pytest.raises(error):
            taking(file, actor=actor, reason="好奇")  # type: ignore[operator]
    with pytest.raises(Refused, match="reason"):
        taking(file, actor=ALICE, reason=" ")  # type: ignore[operator]
    with reading() as db:
        assert db.scalars(select(LicenseFileAccess)).all() == []


def test_a_file_for_another_host_is_refused_until_somebody_answers_for_it() -> None:
    found = a_set()
    content = huawei_xml(esn=OTHER_ESN)
    with pytest.raises(Refused, match="another host"):
        attach_file(found, "a.xml", content, actor=ALICE)
    with pytest.raises(Refused, match="reason"):
        attach_file(found, "a.xml", content, actor=ALICE, acknowledged=["fingerprint"])
    with reading() as db:
        assert db.scalars(select(LicenseFile)).all() == []
    assert stored(blobs.folder()) == [], "a refused act leaves nothing behind"
    file = attach_file(found, "a.xml", content, actor=ALICE, acknowledged=["fingerprint"], reason="主机已更换")
    assert file.reason == "主机已更换"
    assert [one["field"] for one in file.differences] == ["fingerprint"]


def test_other_differences_are_acknowledged_one_by_one() -> None:
    found = a_set(cpus=32)
    content = huawei_dat()
    with pytest.raises(Refused, match="differs"):
        attach_file(found, "a.dat", content, actor=ALICE, acknowledged=["cpus"], reason="分批")
    file = attach_file(found, "a.dat", content, actor=ALICE, acknowledged=["cpus", "kind"], reason="厂商先发试用")
    assert {one["field"] for one in file.differences} == {"cpus", "kind"}


def test_the_same_file_is_not_attached_twice_and_not_to_two_sets_unnoticed() -> None:
    holder = unit()
    found, other = a_set("SQ-1", holder), a_set("SQ-2", holder)
    attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    with pytest.raises(Refused, match="already"):
        attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    with pytest.raises(Refused, match="differs"):
        attach_file(other, "a.xml", huawei_xml(), actor=ALICE)
    shared = attach_file(other, "a.xml", huawei_xml(), actor=ALICE, acknowledged=["other_set"], reason="一证两套")
    assert shared.differences[0]["says"] == "SQ-1"


def test_an_ended_set_takes_no_file_and_gives_its_unit_none() -> None:
    found = a_set()
    file = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    life.return_set(found, actor=ALICE, on=day("05-01"), reason="停用")
    with pytest.raises(Refused, match="ended"):
        attach_file(fresh(found), "b.xml", huawei_xml(cpus=17), actor=ALICE)
    with pytest.raises(Refused, match="closed"):
        download_file(file, actor=of_unit(unit_of(found)), reason="再导一次")
    assert download_file(file, actor=ALICE, reason="查档")


@pytest.mark.parametrize(("name", "content"), [("", b"x"), ("../", b"x"), ("a.dat", b""), ("a.dat", b"x" * 6_000_000)])
def test_what_is_no_file_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused):
        attach_file(a_set(), name, content, actor=ALICE)


def test_a_name_loses_its_folders_and_what_can_not_be_seen() -> None:
    file = attach_file(a_set(), "C:\\Users\\me\\li\u200bcense\u202e.dat", b"whatever", actor=ALICE)
    assert file.name == "license.dat"


def test_a_damaged_file_does_not_come_out() -> None:
    file = attach_file(a_set(), "a.xml", huawei_xml(), actor=ALICE)
    [path] = blobs.folder().glob("??/*")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(NotFound, match="damaged"):
        download_file(file, actor=ALICE, reason="导入")
    with reading() as db:
        assert db.scalars(select(LicenseFileAccess)).all() == []


def test_the_database_itself_keeps_files_and_accesses_as_they_were() -> None:
    found = a_set()
    file = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    attach_file(found, "b.dat", huawei_dat(kind="COMM"), actor=ALICE)
    reveal_file(file, actor=ALICE, reason="核对")
    for change in (
        "UPDATE license_file SET sha256 = 'x'", "DELETE FROM license_file", "DELETE FROM license_file_access",
        "UPDATE license_file SET obsolete_at = NULL WHERE version = 1", "UPDATE license_file_access SET reason = 'x'",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction() as db:
            db.execute(text(change))


def test_sealed_bytes_are_known_to_the_sweep() -> None:
    attach_file(a_set(), "a.xml", huawei_xml(), actor=ALICE)
    with transaction() as db:
        assert blobs.sweep(db, grace=dt.timedelta(0)) == []
