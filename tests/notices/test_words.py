"""Every kind of notice speaks: both languages, both templates, every value that its texts ask for."""

from __future__ import annotations

import json
import re

import pytest
from babel.messages.pofile import read_po

from config import ROOT
from licensetrack.accounts.models import User
from licensetrack.core.clock import now
from licensetrack.jobs import mail, mail_texts, notices, webhooks
from licensetrack.jobs.handlers import handlers
from licensetrack.jobs.schedules import SCHEDULES
from licensetrack.notices import deliveries, endpoints
from licensetrack.notices.channels import Channels, MailServer
from licensetrack.notices.kinds import GROUPS, KINDS, Kind
from licensetrack.notices.models import Delivery, NoticeEvent

CHANNELS = Channels(
    base_url="https://licences.example", mail=MailServer(sender="licences@center.example"), office="市数据中心"
)
HOSTILE = '<script>alert("x")</script>&\r\nBcc: all@center.example'


def told(kind: Kind, value: str = "甲") -> dict[str, str]:
    """A value for everything that the kind's texts ask for."""
    return dict.fromkeys(re.findall(r"%\((\w+)\)s", kind.title + kind.body), value)


def event(kind: Kind, value: str = "甲") -> NoticeEvent:
    return NoticeEvent(kind=kind.code, told=told(kind, value), link="/somewhere", subject="x:1", at=now())


def reader(language: str) -> User:
    return User(login="rosa", name="罗某", email="rosa@center.example", language=language)


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_kind_has_its_mail_in_both_languages(code: str, language: str) -> None:
    texts = mail_texts.texts_of(event(KINDS[code]), reader(language), CHANNELS)
    told_in_plain = texts.plain.replace("罗某", "").replace("市数据中心", "").replace("甲", "")
    assert texts.subject
    assert bool(re.search(r"[\u4e00-\u9fff]", texts.subject.replace("甲", ""))) == (language == "zh_CN")
    assert bool(re.search(r"[\u4e00-\u9fff]", told_in_plain)) == (language == "zh_CN")
    assert "—" not in texts.subject + texts.plain
    assert "%(" not in texts.subject + texts.plain + texts.html
    assert "{{" not in texts.plain + texts.html
    assert "https://licences.example/somewhere" in texts.plain
    assert "https://licences.example/somewhere" in texts.html


@pytest.mark.parametrize("code", KINDS)
def test_a_webhook_names_nobody_and_repeats_nothing_that_somebody_typed(code: str) -> None:
    made = event(KINDS[code])
    names = ("by", "name", "login", "logins", "requester", "reason", "title", "a_word_that_nobody_knows")
    made.told = told(KINDS[code]) | dict.fromkeys(names, "张某某")
    made.subject, made.code = "user:张某某", "c" * 32
    body = webhooks.content_of(Delivery(code="d" * 32), made, CHANNELS).decode()
    assert "张某某" not in body
    assert json.loads(body)["title"]["zh_CN"]


@pytest.mark.parametrize("code", KINDS)
def test_what_people_typed_can_not_break_out_of_any_mail(code: str) -> None:
    person = reader("zh_CN")
    person.name = HOSTILE
    texts = mail_texts.texts_of(event(KINDS[code], HOSTILE), person, CHANNELS)
    message = mail_texts.message_of(texts, Delivery(code="c" * 32), person, CHANNELS)
    assert "<script" not in texts.html
    assert "\n" not in texts.subject
    assert message["Bcc"] is None
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language",
        "MIME-Version", "Content-Type",
    }  # fmt: skip


def test_a_header_with_a_line_break_is_never_made() -> None:
    person = reader("zh_CN")
    with pytest.raises(ValueError, match=r"linefeed|newline|CR"):
        mail_texts.message_of(
            mail_texts.Texts("Subject\r\nBcc: x@y.example", "x", "x"), Delivery(code="c"), person, CHANNELS
        )


def test_every_kind_belongs_to_a_group_and_may_be_seen_by_somebody() -> None:
    from licensetrack.accounts.permissions import ROLES, Actor, allows

    for kind in KINDS.values():
        assert kind.group in GROUPS
        assert not kind.sees or any(allows(Actor(1, "x", "x", role), kind.sees) for role in ROLES), kind.code


def test_what_jobs_and_deliveries_say_has_its_chinese_text() -> None:
    path = ROOT / "licensetrack" / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        known = {str(message.id) for message in read_po(file, locale="zh_CN") if message.string}
    said = {
        value
        for room in (mail, webhooks, notices, deliveries, endpoints)
        for name, value in vars(room).items()
        if name.isupper() and isinstance(value, str) and " " in value
    }
    said |= {one.label for one in handlers().values() if one.kind.startswith("notices:")}
    said |= {one.label for one in SCHEDULES.values() if one.kind.startswith("notices:")}
    assert len(said) > 12
    assert sorted(said - known) == []
