"""Words about service orders and bulletins: stages, steps, limits; kinds and levels in the visitor's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.fields.choices import SelectChoice

from licensetrack.support.kinds import Word, extra_fields, kinds, severities, sources
from licensetrack.support.limits import Promise
from licensetrack.web.language import chosen_language

STAGES = {
    "asked": lazy_gettext("To be accepted"),
    "accepted": lazy_gettext("To be answered"),
    "working": lazy_gettext("In work"),
    "paused": lazy_gettext("Paused for the unit"),
    "handed_over": lazy_gettext("To be confirmed"),
    "closed": lazy_gettext("Closed"),
    "cancelled": lazy_gettext("Cancelled"),
}
TAGS = {"closed": "tag-good", "cancelled": "tag-bad"}
STEPS = {
    "ask": lazy_gettext("Order came in"),
    "accept": lazy_gettext("Accepted by the centre"),
    "grade": lazy_gettext("Severity changed"),
    "assign": lazy_gettext("Assigned"),
    "answer": lazy_gettext("Answered the unit"),
    "arrive": lazy_gettext("On site"),
    "restore": lazy_gettext("Service restored"),
    "pause": lazy_gettext("Waiting for the unit"),
    "resume": lazy_gettext("Went on"),
    "hand_over": lazy_gettext("Handed over"),
    "confirm": lazy_gettext("Confirmed and rated"),
    "reject": lazy_gettext("Solution rejected"),
    "close": lazy_gettext("Closed by the centre"),
    "rate": lazy_gettext("Rated"),
    "cancel": lazy_gettext("Cancelled"),
    "reopen": lazy_gettext("Opened again"),
}
ACTS = {
    "accept": lazy_gettext("Accept the order"),
    "grade": lazy_gettext("Change the severity"),
    "assign": lazy_gettext("Assign"),
    "answer": lazy_gettext("Record the answer"),
    "arrive": lazy_gettext("Record the arrival on site"),
    "restore": lazy_gettext("Record the restoration"),
    "pause": lazy_gettext("Wait for the unit"),
    "resume": lazy_gettext("Go on"),
    "hand_over": lazy_gettext("Hand over"),
    "confirm": lazy_gettext("Confirm and rate"),
    "reject": lazy_gettext("Reject the solution"),
    "close": lazy_gettext("Close without a mark"),
    "rate": lazy_gettext("Rate the service"),
    "cancel": lazy_gettext("Cancel the order"),
    "reopen": lazy_gettext("Open again"),
}
HINTS = {
    "pause": lazy_gettext("The clock stands still until it goes on."),
    "close": lazy_gettext("Only where the unit does not answer; it can still give its mark."),
    "cancel": lazy_gettext("A mistake, or told twice; it counts no more."),
    "reopen": lazy_gettext("The mark goes with the closing."),
}
LIMITS = {
    "answer": lazy_gettext("Response"),
    "arrive": lazy_gettext("On site"),
    "restore": lazy_gettext("Restoration"),
}
MARKS = {
    5: lazy_gettext("5: very satisfied"),
    4: lazy_gettext("4: satisfied"),
    3: lazy_gettext("3: acceptable"),
    2: lazy_gettext("2: dissatisfied"),
    1: lazy_gettext("1: very dissatisfied"),
}


def said(word: Word | None, code: str = "") -> str:
    """A word of kinds.toml in the visitor's language; a code without a word stands for itself."""
    if word is None:
        return code
    return word.word if chosen_language() == "zh_CN" else word.name


def kind(code: str) -> str:
    """The kind of an order."""
    return said(kinds().get(code), code)


def severity(code: str) -> str:
    """A level; a dash where nobody said."""
    return said(severities().get(code), code or "—")


def source(code: str) -> str:
    """How it came in."""
    return said(sources().get(code), code)


def further(code: str) -> str:
    """A further field of a kind."""
    return said(extra_fields().get(code), code)


def choices(words: Mapping[str, Word]) -> list[tuple[str, str]]:
    """Codes with their words, as a filter offers them."""
    return [(code, said(word)) for code, word in words.items()]


def options(words: Mapping[str, Word]) -> list[SelectChoice]:
    """Codes with their words, as a form offers them."""
    return [SelectChoice(code, said(word)) for code, word in words.items()]


def span(minutes: int | None) -> str:
    """Minutes as people say them; a dash for what is not promised."""
    if minutes is None:
        return "—"
    hours, rest = divmod(minutes, 60)
    parts = [gettext("%(hours)s h", hours=hours)] if hours else []
    return " ".join(parts + ([gettext("%(minutes)s min", minutes=rest)] if rest or not hours else []))


def length(time: dt.timedelta | None) -> str:
    """A mean time, to the minute."""
    return "—" if time is None else span(round(time.total_seconds() / 60))


def hours(text: str) -> str:
    """The hours in which a limit counts."""
    return str(gettext("working days %(hours)s", hours=text.replace(",", ", ")) if text else gettext("round the clock"))


def promise(limits: Mapping[str, Any]) -> Promise:
    """What an order was promised; empty before its acceptance."""
    return Promise(limits.get("answer"), limits.get("arrive"), limits.get("restore"), str(limits.get("hours") or ""))
