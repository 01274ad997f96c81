"""A licence file on pages: masked in lists, shown and handed out with a reason, signed for, closed elsewhere."""

from __future__ import annotations

import datetime as dt
import io
import logging
import secrets

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from licensetrack.accounts.permissions import ROLES
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.handover.license_files import attach_file
from licensetrack.handover.models import LicenseFile, LicenseFileAccess, Receipt
from licensetrack.jobs.backups import read_backup, write_backup
from tests.handover.vendor_files import huawei_xml
from tests.site import CORRECTED, House, person

ESN = "2102311ABC10K5000123"
SERIAL = "LIC20240305A7K2M9"


def given(content: bytes | None = None) -> LicenseFile:
    """The unit user's set gets a file, whatever it says."""
    with reading() as db:
        found = db.scalars(select(LicenseSet).where(LicenseSet.number == CORRECTED)).one()
    every = ("fingerprint", "cpus", "kind", "valid_until", "customer")
    return attach_file(
        found, f"LIC_{ESN}.xml", content or huawei_xml(), actor=person("operator"), acknowledged=every, reason="样例"
    )


def post(house: House, address: str, role: str = "operator", **fields: object) -> TestResponse:
    return house.client(role).post(address, data={"once": secrets.token_hex(16), **fields})


def test_lists_and_pages_show_a_file_masked(own_house: House) -> None:
    file = given()
    for role in ("operator", "unit_user", "auditor", "vendor_engineer"):
        for path in (f"/sets/{CORRECTED}", f"/files/{file.id}", "/files/waiting"):
            page = own_house.get(path, role)
            assert ESN not in page
            assert SERIAL not in page
        card = BeautifulSoup(own_house.get(f"/sets/{CORRECTED}", role), "html.parser").select_one(".license-file")
        assert card is not None
        assert f"{file.sha256[:8]}…" in card.get_text()
        assert file.sha256 not in card.get_text()


def test_a_look_inside_needs_a_reason_and_is_shown_once(own_house: House, caplog: pytest.LogCaptureFixture) -> None:
    file = given()
    caplog.set_level(logging.DEBUG)
    address = f"/files/{file.id}/reveal"
    refused = post(own_house, address, reason=" ")
    assert refused.status_code == 422
    assert ESN not in refused.text
    shown = post(own_house, address, reason="电话核对")
    assert shown.status_code == 200
    assert ESN in shown.text
    assert SERIAL in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    assert own_house.client("operator").get(address).status_code == 405
    assert "电话核对" in own_house.get(f"/files/{file.id}")
    with reading() as db:
        [entry] = db.scalars(
            select(AuditEntry).where(AuditEntry.tag == "handover:file:reveal", AuditEntry.outcome == "done")
        )
        assert ESN not in entry.details
    assert ESN not in caplog.text
    assert SERIAL not in caplog.text


def test_a_unit_downloads_signs_and_leaves_the_reminder(own_house: House) -> None:
    file = given()
    assert post(own_house, f"/files/{file.id}/download", "unit_user", reason="").status_code == 422
    with post(own_house, f"/files/{file.id}/download", "unit_user", reason="导入平台") as taken:
        assert taken.data == huawei_xml()
        assert taken.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in taken.headers["Content-Security-Policy"]
    assert CORRECTED in own_house.get("/files/waiting", "unit_user")
    today = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    signed = post(own_house, f"/files/{file.id}/receipt", "unit_user", on=today.isoformat())
    assert signed.status_code == 303
    again = post(own_house, f"/files/{file.id}/receipt", "unit_user", on=today.isoformat())
    assert again.status_code == 409
    assert "已于" in again.text
    with reading() as db:
        number = db.scalars(select(Receipt.number)).one()
        access = db.scalars(select(LicenseFileAccess)).one()
    assert access.by_unit
    assert number in own_house.get(f"/sets/{CORRECTED}", "unit_user")
    assert CORRECTED not in own_house.get("/files/waiting", "unit_user")


def test_sealed_bytes_leave_by_no_other_door(own_house: House) -> None:
    file = given()
    for role in ROLES:
        assert own_house.client(role).get(f"/documents/{file.blob_id}").status_code in (403, 404), role
    sealed = [path.read_bytes() for path in blobs.folder().glob("??/*")]
    assert not [content for content in sealed if SERIAL.encode() in content]


def test_a_newer_file_is_attached_by_the_vendor_and_the_old_one_closed_to_the_unit(own_house: House) -> None:
    old = given()
    with reading() as db:
        known = db.scalars(select(LicenseSet).where(LicenseSet.number == CORRECTED)).one()
    newer = huawei_xml(esn=known.fingerprint or ESN, cpus=known.cpus or 1)
    answer = own_house.client("vendor_engineer").post(
        f"/files/of/{CORRECTED}",
        data={"once": secrets.token_hex(16), "file": (io.BytesIO(newer), "b.xml"), "acknowledged": "customer",
              "file_reason": "客户名为简称"},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    assert "已于" in own_house.get(f"/files/{old.id}", "unit_user")
    refused = post(own_house, f"/files/{old.id}/download", "unit_user", reason="导入平台")
    assert "已作废" in refused.text
    with post(own_house, f"/files/{old.id}/download", reason="查档") as archived:
        assert archived.data == huawei_xml()


def test_a_backup_holds_the_sealed_files(own_house: House, tmp_path: object) -> None:
    file = given()
    with reading() as db:
        digest = db.get_one(blobs.Blob, file.blob_id).digest
    folder = own_house.settings.blobs.parent
    write_backup(folder / "backup.zip")
    read_backup(folder / "backup.zip", f"sqlite:///{folder / 'again.db'}", folder / "again")
    assert (folder / "again" / digest[:2] / digest).is_file()
    blobs.use_folder(own_house.settings.blobs)
