"""The unit signs for the file it got; whoever fetched one and did not sign is on the list of reminders."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.handover.license_files import attach_file, current_file, download_file
from licensetrack.handover.models import LicenseFile, Receipt
from licensetrack.handover.receipts import sign_receipt, waiting_for_receipt
from licensetrack.units.models import Unit
from tests.conftest import Clock
from tests.handover.vendor_files import huawei_dat, huawei_xml
from tests.trade import ALICE, day, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def of_unit(holder: Unit, name: str = "bob") -> Actor:
    return Actor(None, name, name.title(), "unit_user", Scope("unit", str(holder.id)))


def test_a_receipt_names_file_day_and_signer_and_is_numbered_by_its_year(clock: Clock) -> None:
    clock.set("2024-03-01")
    holder = unit()
    found = issued("SQ-1", holder)
    file = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    receipt = sign_receipt(found, actor=of_unit(holder), on=day("03-01"))
    assert (receipt.number, receipt.sha256, receipt.name, receipt.on) == (
        "QS-2024-0001",
        file.sha256,
        "Bob",
        day("03-01"),
    )
    newer = attach_file(found, "b.dat", huawei_dat(kind="COMM"), actor=ALICE)
    again = sign_receipt(found, actor=of_unit(holder), on=day("03-01"), seen=newer.id)
    assert (again.number, again.file_id) == ("QS-2024-0002", newer.id)


def test_a_file_is_signed_for_once_and_as_it_was_seen(clock: Clock) -> None:
    clock.set("2024-03-01")
    holder = unit()
    found = issued("SQ-1", holder)
    file = attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    attach_file(found, "b.dat", huawei_dat(kind="COMM"), actor=ALICE)
    with pytest.raises(Conflict, match="newer"):
        sign_receipt(found, actor=of_unit(holder), on=day("03-01"), seen=file.id)
    sign_receipt(found, actor=of_unit(holder), on=day("03-01"))
    with pytest.raises(Conflict, match="Bob signed"):
        sign_receipt(found, actor=of_unit(holder, "carol"), on=day("03-01"))
    with reading() as db:
        assert len(db.scalars(select(Receipt)).all()) == 1


def test_nobody_signs_for_what_there_is_not_or_for_another_unit(clock: Clock) -> None:
    clock.set("2024-03-05")
    holder, stranger = unit(), unit("SZ0002")
    found = issued("SQ-1", holder)
    with pytest.raises(Refused, match="no licence file"):
        sign_receipt(found, actor=of_unit(holder), on=day("03-05"))
    attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    with pytest.raises(Refused, match="attached on"):
        sign_receipt(found, actor=of_unit(holder), on=day("03-04"))
    with pytest.raises(Refused, match="future"):
        sign_receipt(found, actor=of_unit(holder), on=day("03-06"))
    with pytest.raises(NotFound):
        sign_receipt(found, actor=of_unit(stranger), on=day("03-05"))
    with pytest.raises(Forbidden):
        sign_receipt(found, actor=Actor(None, "dana", "Dana", "auditor"), on=day("03-05"))


def test_who_fetched_and_did_not_sign_comes_first_among_the_reminders(clock: Clock) -> None:
    clock.set("2024-03-01")
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    sets = [issued(f"SQ-{nth}", holder) for nth, holder in enumerate((near, far, near))]
    for nth, found in enumerate(sets):
        attach_file(found, f"{nth}.dat", huawei_dat(kind="COMM", customer="", esn=f"ESN{nth}00000000"), actor=ALICE)
    clock.set("2024-03-04")
    with reading() as db:
        [file] = [one for one in waiting_for_receipt(db) if one.number == "SQ-2"]
    assert (file.fetched_at, file.days) == (None, 3)
    from_files = {found.number: found for found in sets}
    download_file(attached(from_files["SQ-2"].id), actor=of_unit(near), reason="导入")
    clock.set("2024-03-09")
    with reading() as db:
        assert [(one.number, one.days) for one in waiting_for_receipt(db)] == [("SQ-2", 5), ("SQ-0", 8), ("SQ-1", 8)]
        assert [one.number for one in waiting_for_receipt(db, Scope("unit", str(far.id)))] == ["SQ-1"]
        assert [one.number for one in waiting_for_receipt(db, Scope("district", "福田区"))] == ["SQ-2", "SQ-0"]
    sign_receipt(sets[2], actor=of_unit(near), on=day("03-09"))
    with reading() as db:
        assert [one.number for one in waiting_for_receipt(db)] == ["SQ-0", "SQ-1"]


def attached(set_id: int) -> LicenseFile:
    with reading() as db:
        file = current_file(db, set_id)
    assert file is not None
    return file


def test_the_database_itself_keeps_a_receipt(clock: Clock) -> None:
    clock.set("2024-03-01")
    found = issued("SQ-1", unit())
    attach_file(found, "a.xml", huawei_xml(), actor=ALICE)
    sign_receipt(found, actor=ALICE, on=day("03-01"))
    for change in ("UPDATE receipt SET name = 'x'", "DELETE FROM receipt"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as db:
            db.execute(text(change))
