"""Words for notices, their channels and the states of deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from licensetrack.notices.kinds import KINDS, filled
from licensetrack.web import wording

CHANNELS = {"mail": lazy_gettext("E-mail"), "webhook": lazy_gettext("Webhook")}
MODES = {
    "at_once": lazy_gettext("At once"),
    "digest": lazy_gettext("In the day's summary"),
    "off": lazy_gettext("Not by mail"),
}
STATES = {
    "held": lazy_gettext("Waits for the summary"),
    "collected": lazy_gettext("In a summary"),
    "waiting": lazy_gettext("Waits to be sent"),
    "sending": lazy_gettext("Being sent"),
    "sent": lazy_gettext("Sent"),
    "failed": lazy_gettext("Failed"),
    "uncertain": lazy_gettext("Uncertain"),
    "withdrawn": lazy_gettext("Not sent"),
}
SIGNS = {"sent": "good", "failed": "gone", "uncertain": "open", "waiting": "open"}
OTHERS = {"digest": lazy_gettext("Summary of the day"), "test": lazy_gettext("Test")}


def label(kind: str) -> str:
    """What a kind is called."""
    if kind in KINDS:
        return str(gettext(KINDS[kind].label))
    return wording.word(OTHERS, kind)


def title(kind: str, told: Mapping[str, Any]) -> str:
    """What happened, in a line."""
    return filled(str(gettext(KINDS[kind].title)), told)


def body(kind: str, told: Mapping[str, Any]) -> str:
    """What happened, in a sentence."""
    return filled(str(gettext(KINDS[kind].body)), told)


def error(message: str, told: Mapping[str, Any]) -> str:
    """What went wrong last, in the visitor's language."""
    return filled(str(gettext(message)), told) if message else ""
