"""What a mail says: subject, plain text and its HTML twin, in the language of whoever gets it.

The HTML part is made from the plain one, paragraph by paragraph, so that the two can not say different things.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import Any

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from config import ROOT
from licensetrack.accounts.models import User
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.notices import digests
from licensetrack.notices.channels import Channels
from licensetrack.notices.kinds import KINDS, filled
from licensetrack.notices.models import Delivery, NoticeEvent

CATALOGUES = ROOT / "licensetrack" / "translations"


@dataclass(frozen=True)
class Texts:
    """One mail before it is wrapped."""

    subject: str
    plain: str
    html: str


@cache
def translator(language: str) -> Callable[[str], str]:
    """gettext of a language."""
    found: Callable[[str], str] = Translations.load(CATALOGUES, [language]).gettext
    return found


@cache
def _templates(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"], undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=False, default=False), trim_blocks=True,
    )  # fmt: skip
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(Translations.load(CATALOGUES, [language]), newstyle=True)  # type: ignore[attr-defined]
    return made


def title_of(kind: str, told: Mapping[str, Any], language: str) -> str:
    """The one line that says what happened."""
    return filled(translator(language)(KINDS[kind].title), told)


def body_of(event: NoticeEvent, language: str) -> str:
    """The sentence that says more."""
    return filled(translator(language)(KINDS[event.kind].body), event.told)


def texts_of(event: NoticeEvent, person: User, channels: Channels) -> Texts:
    """The mail about one event."""
    language = person.language
    said = {"title": title_of(event.kind, event.told, language), "body": body_of(event, language), "told": event.told}
    return _texts(event.kind, said, person, channels, event.link)


def digest_of(events: Sequence[NoticeEvent], person: User, channels: Channels) -> Texts:
    """The mail that gathers a day's events."""
    language = person.language
    lines = [
        (event.at.astimezone(BUSINESS_ZONE).strftime("%m-%d %H:%M"), title_of(event.kind, event.told, language),
         _address(channels, event.link))
        for event in events
    ]  # fmt: skip
    return _texts(digests.KIND, {"lines": lines, "count": len(lines)}, person, channels, "/notices")


def plain_of(kind: str, person: User, channels: Channels) -> Texts:
    """A mail about nothing that happened: a test."""
    return _texts(kind, {}, person, channels, "")


def message_of(texts: Texts, delivery: Delivery, person: User, channels: Channels) -> EmailMessage:
    """The mail as it goes out. Its Message-ID is the delivery's own, however often it is sent.

    Raises ValueError where a header would hold a line break.
    """
    sender = Address(display_name=channels.office, addr_spec=channels.mail.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=person.email)
    message["Subject"] = texts.subject
    message["Date"] = format_datetime(now().astimezone(BUSINESS_ZONE))
    message["Message-ID"] = f"<{delivery.code}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(texts.plain, cte="base64" if not texts.plain.isascii() else "quoted-printable")
    message.add_alternative(texts.html, subtype="html", cte="base64")
    message["Content-Language"] = person.language.replace("_", "-")
    return message


def _texts(kind: str, said: dict[str, Any], person: User, channels: Channels, link: str) -> Texts:
    made = _templates(person.language)
    said |= {
        "person": person.name, "office": channels.office, "language": person.language.replace("_", "-"),
        "link": _address(channels, link), "settings_link": _address(channels, "/notices/settings"),
    }  # fmt: skip
    subject = " ".join(made.get_template(f"email/{kind}/subject.txt").render(said).split())
    body = made.get_template(f"email/{kind}/body.txt").render(said).strip()
    plain = made.get_template("email/_base.txt").render(said | {"text": body})
    blocks = [block.splitlines() for block in body.split("\n\n") if block.strip()]
    html = made.get_template("email/_base.html").render(said | {"subject": subject, "blocks": blocks})
    return Texts(subject, plain.strip() + "\n", html)


def _address(channels: Channels, link: str) -> str:
    """A link that works from outside; none where nobody said where the site is."""
    return channels.base_url + link if channels.base_url and link else ""
