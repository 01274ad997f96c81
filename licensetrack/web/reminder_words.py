"""Words of reminders: what is due, and where it is looked at."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext

from licensetrack.reminders import rules
from licensetrack.reminders.models import Reminder
from licensetrack.web import wording
from licensetrack.web.audit_words import subject_page

KINDS: dict[str, Any] = {
    rules.VALIDITY: lazy_gettext("Validity ends"),
    rules.SUPPORT: lazy_gettext("Support ends"),
    rules.TEMPORARY: lazy_gettext("Temporary set past its term"),
    rules.REVOCATION: lazy_gettext("Revocation code due"),
    rules.IMPORT: lazy_gettext("Issued, not imported"),
    rules.ACCEPTANCE: lazy_gettext("Imported, not accepted"),
    rules.REWORK: lazy_gettext("Declined, to be put right"),
    rules.RECEIPT: lazy_gettext("Receipt to sign"),
    rules.CERTIFICATE_UNIT: lazy_gettext("Certificate waits for the unit"),
    rules.CERTIFICATE_CENTER: lazy_gettext("Certificate waits for the centre"),
    rules.SUBMITTED: lazy_gettext("Request waits to be taken on"),
    rules.ACCEPTED: lazy_gettext("Request waits for approval"),
    rules.RETURNED: lazy_gettext("Request waits for the unit"),
    rules.APPROVED: lazy_gettext("Request waits to be issued"),
    rules.FOLLOW_UP: lazy_gettext("To be put right after a monitoring"),
    rules.MONITORING: lazy_gettext("Monitoring of the year"),
    rules.EVALUATION: lazy_gettext("Evaluation of the year"),
}
LIMITS: dict[str, Any] = {
    "import": lazy_gettext("From issue to import"),
    "acceptance": lazy_gettext("From import to a certificate"),
    "rework": lazy_gettext("From a declined acceptance to the next step"),
    "receipt": lazy_gettext("From the licence file to the receipt"),
    "certificate": lazy_gettext("Certificate at either side"),
    "submitted": lazy_gettext("Request submitted, not taken on"),
    "accepted": lazy_gettext("Request taken on, not approved"),
    "returned": lazy_gettext("Request returned to the unit"),
    "approved": lazy_gettext("Request approved, not issued"),
    "monitoring": lazy_gettext("Monitoring of the year is reported by"),
    "evaluation": lazy_gettext("Evaluation of the last year is signed by"),
}


def about(reminder: Reminder) -> str:
    """What a reminder is about, in a few words."""
    told = reminder.about
    if "sets" in told:
        return str(gettext("Certificate of %(count)s sets", count=told["sets"]))
    if "product" in told:
        kind = wording.word(wording.KINDS, told["kind"]) if told.get("kind") == "temporary" else ""
        size = f"{told['cpus']} CPU" if told.get("cpus") else ""
        return " · ".join(part for part in (wording.word(wording.PRODUCTS, told["product"]), kind, size) if part)
    return str(told.get("name") or told.get("requester") or told.get("year") or "")


def address(reminder: Reminder) -> str:
    """The page of what it is about."""
    kind, _, which = reminder.subject.partition(":")
    if kind == "follow_up":
        number, _, code = which.partition(":")
        return url_for("monitoring.one", monitoring_id=int(number), _anchor=f"p-{code}")
    if kind == "year":
        return url_for("monitoring.index" if reminder.kind == rules.MONITORING else "evaluations.index")
    found = subject_page(reminder.subject)
    return found[0] if found else ""


def number(reminder: Reminder) -> str:
    """What a reminder's subject is called in a list."""
    kind, _, which = reminder.subject.partition(":")
    return f"{reminder.about.get('as_of')} {which.partition(':')[2]}" if kind == "follow_up" else which
