"""A mail with its file: the very one that is stored, named for its reader, to whoever wants mail; else the link."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs
from licensetrack.core.db import reading, transaction
from licensetrack.core.job_queue import enqueue
from licensetrack.jobs import mail_files
from licensetrack.jobs.running import run_queued
from licensetrack.measures.month_models import MonthReport
from licensetrack.measures.months import close_month
from licensetrack.notices import digests
from licensetrack.notices.models import NoticeEvent
from licensetrack.notices.posting import post
from tests.conftest import Clock
from tests.notices.hearing import number_of, person, wish
from tests.notices.mail_server import Box, mail_server
from tests.notices.sending import reaching, send, states
from tests.trade import accepted, unit

KIND, LINK = "month_report", "https://licences.center.example/months/2024-11/report.pdf"
PAPER = b"%PDF-1.7 a paper\n"


@pytest.fixture
def box(database: Engine, tmp_path: Path) -> Iterator[Box]:
    blobs.use_folder(tmp_path / "blobs")
    with mail_server() as found, reaching(found.port):
        yield found


def told(*logins: str, content: bytes = PAPER) -> None:
    """A month's report with its file, told to people who exist."""
    with transaction() as db:
        file = blobs.store(db, content, "month-2024-11.pdf")
        post(
            db, KIND, to=[number_of(person(one, "manager", email=f"{one}@center.example")) for one in logins],
            subject="month:2024-11", dedupe="month:2024-11", link="/months/2024-11/report.pdf", file_id=file.id,
            month="2024-11",
        )  # fmt: skip


def files(message: EmailMessage) -> list[tuple[str, str, bytes]]:
    """Name, type and bytes of what a mail carries."""
    return [(str(one.get_filename()), one.get_content_type(), one.get_content()) for one in message.iter_attachments()]


def text(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def test_the_report_of_a_month_goes_to_every_manager_who_wants_mail(box: Box, clock: Clock) -> None:
    accepted("SQ-2024-0001", unit())
    mia = person("mia", "manager", email="mia@center.example")
    person("ann", "manager", email="ann@center.example", language="en")
    off, day = (
        person("off", "manager", email="off@center.example"),
        person("day", "manager", email="day@center.example"),
    )
    person("bob", "operator", email="bob@center.example")
    wish(off, KIND, mail="off")
    wish(day, KIND, mail="digest")
    close_month(dt.date(2024, 11, 30), actor=SYSTEM)
    with transaction() as db:
        enqueue(db, "months:close", actor=SYSTEM)
    run_queued()
    send()
    assert sorted(recipient for recipient, _ in box.taken) == ["ann@center.example", "mia@center.example"]
    carried = {recipient: files(message) for recipient, message in box.taken}
    with reading() as db:
        kept, content = blobs.load(db, db.scalars(select(MonthReport.document_id)).one())
        assert db.scalars(select(NoticeEvent.file_id).where(NoticeEvent.kind == KIND)).all() == [kept.id]
        assert len(db.scalars(select(blobs.Blob).where(blobs.Blob.digest == kept.digest)).all()) == 1
    assert carried[f"{mia.login}@center.example"] == [("软件授权管理月报（2024-11）.pdf", "application/pdf", content)]
    assert carried["ann@center.example"] == [("Month report 2024-11.pdf", "application/pdf", content)]
    assert hashlib.sha256(content).hexdigest() == kept.digest
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    for _, message in box.taken:
        assert LINK in text(message)
    with transaction() as db:
        digests.gather(db)
    send()
    [(recipient, gathered)] = box.taken[2:]
    assert (recipient, files(gathered)) == ("day@center.example", [])
    assert LINK in text(gathered)


def test_a_large_file_stays_at_home_and_the_link_goes(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_files, "LARGEST", len(PAPER))
    told("mia")
    send()
    assert files(box.taken[0][1])[0][2] == PAPER, "what is just as large as allowed goes along"
    monkeypatch.setattr(mail_files, "LARGEST", len(PAPER) - 1)
    with transaction() as db:
        event = db.scalars(select(NoticeEvent)).one()
        event.dedupe = "month:before"
    told("ann")
    send()
    assert files(box.taken[1][1]) == []
    assert LINK in text(box.taken[1][1])


def test_a_file_that_is_damaged_holds_no_mail_up(box: Box) -> None:
    told("mia")
    with reading() as db:
        blobs.path_of(db.scalars(select(blobs.Blob.digest)).one()).write_bytes(b"other bytes")
    send()
    assert (states(), files(box.taken[0][1])) == (["sent"], [])
    assert LINK in text(box.taken[0][1])


def test_a_mail_about_anything_else_carries_nothing(box: Box) -> None:
    mia = person("mia", "manager", email="mia@center.example")
    with transaction() as db:
        post(db, KIND, to=[number_of(mia)], subject="month:2024-11", month="2024-11")
    send()
    assert files(box.taken[0][1]) == []


def test_the_name_of_a_file_is_nothing_but_a_name(box: Box) -> None:
    with transaction() as db:
        file = blobs.store(db, PAPER, "month.pdf")
        mia = number_of(person("mia", "manager", email="mia@center.example"))
        post(db, KIND, to=[mia], subject="x", file_id=file.id, month='../../a\r\nBcc: x@y.example "<1>|')
    send()
    [(recipient, message)] = box.taken
    assert recipient == "mia@center.example"
    assert message["Bcc"] is None
    assert not set(files(message)[0][0]) & set('/\\:"<>|\r\n')
