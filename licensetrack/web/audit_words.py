"""Words for the audit trail: what was done, to what, with which outcome; a code without a word stands for itself."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext

from licensetrack.web import wording
from licensetrack.web.audit_tags import TAGS

OUTCOMES: dict[str, Any] = {"done": lazy_gettext("Done"), "refused": lazy_gettext("Refused")}
REFUSALS: dict[str, Any] = {
    "refused": lazy_gettext("A rule forbids it"),
    "conflict": lazy_gettext("Somebody was faster"),
    "forbidden": lazy_gettext("The role does not allow it"),
    "notfound": lazy_gettext("It does not exist or is somebody else's"),
    "token": lazy_gettext("The form was stale or foreign"),
    "unknown": lazy_gettext("There is no such token"),
    "ended": lazy_gettext("The token was ended"),
    "expired": lazy_gettext("The token's last day is over"),
    "switched_off": lazy_gettext("The account is switched off"),
    "no_factor": lazy_gettext("The policy demands a second factor of this role"),
}
SUBJECTS: dict[str, Any] = {
    "set": lazy_gettext("Licence set"),
    "unit": lazy_gettext("Unit"),
    "entitlement": lazy_gettext("Entitlement"),
    "delegation": lazy_gettext("Delegation"),
    "orders": lazy_gettext("Service orders"),
    "database": lazy_gettext("Database"),
    "user": lazy_gettext("Account"),
    "request": lazy_gettext("Request"),
    "certificate": lazy_gettext("Certificate"),
    "evaluation": lazy_gettext("Evaluation"),
    "goals": lazy_gettext("Goals"),
    "monitoring": lazy_gettext("Monitoring"),
    "voucher": lazy_gettext("Voucher"),
    "project": lazy_gettext("Project"),
    "survey": lazy_gettext("Survey"),
    "product": lazy_gettext("Product"),
    "contract": lazy_gettext("Contract"),
    "document": lazy_gettext("Paper"),
    "file": lazy_gettext("File"),
    "files": lazy_gettext("Files"),
    "setting": lazy_gettext("Setting"),
    "list": lazy_gettext("Work list"),
    "job": lazy_gettext("Job"),
    "schedule": lazy_gettext("Schedule"),
    "figure": lazy_gettext("Figure"),
    "audit": lazy_gettext("Audit trail"),
    "check": lazy_gettext("Check"),
    "day": lazy_gettext("Day"),
    "month": lazy_gettext("Month"),
    "read_only": lazy_gettext("Read-only"),
    "sessions": lazy_gettext("Sessions"),
    "delivery": lazy_gettext("Delivery"),
    "webhook": lazy_gettext("Endpoint"),
    "order": lazy_gettext("Service order"),
    "bulletin": lazy_gettext("Bulletin"),
    "task": lazy_gettext("Task of a bulletin"),
    "service": lazy_gettext("Service statistics"),
    "service_level": lazy_gettext("Service levels"),
    "working_year": lazy_gettext("Working days"),
    "difference": lazy_gettext("Difference of the inventory"),
    "differences": lazy_gettext("Differences of the inventory"),
    "scan": lazy_gettext("Scan of hosts"),
    "run": lazy_gettext("Comparison run"),
    "core_rule": lazy_gettext("Core rule"),
    "positions": lazy_gettext("Positions"),
    "mapping": lazy_gettext("Column mapping"),
    "evidence": lazy_gettext("Evidence"),
    "framework": lazy_gettext("Framework"),
    "comparison": lazy_gettext("Comparison"),
    "outlook": lazy_gettext("Outlook"),
    "archive": lazy_gettext("Archive"),
    "sets": lazy_gettext("Licence sets"),
    "units": lazy_gettext("Units"),
}
FIELDS: dict[str, Any] = {
    **wording.FIELDS,
    "action": lazy_gettext("Act"),
    "active": lazy_gettext("Active"),
    "address": lazy_gettext("Address"),
    "as_of": lazy_gettext("As of"),
    "broken": lazy_gettext("What did not hold"),
    "cause": lazy_gettext("What did not hold"),
    "checkpoint": lazy_gettext("Number of the entry"),
    "credit_code": lazy_gettext("Unified social credit code"),
    "digest": lazy_gettext("Digest"),
    "entries": lazy_gettext("Entries"),
    "events": lazy_gettext("Ledger events"),
    "events_digest": lazy_gettext("Digest of the events"),
    "format": lazy_gettext("Format"),
    "in_scope": lazy_gettext("In scope"),
    "locked": lazy_gettext("Locked"),
    "method": lazy_gettext("Method"),
    "page": lazy_gettext("Page"),
    "refusal": lazy_gettext("Kind of refusal"),
    "role": lazy_gettext("Role"),
    "scope": lazy_gettext("Whose rows"),
    "search": lazy_gettext("Search"),
    "short_name": lazy_gettext("Short name"),
    "stage": lazy_gettext("Stage"),
    "superior": lazy_gettext("Superior body"),
    "total": lazy_gettext("Total"),
}
TRUTH: dict[str, Any] = {"true": lazy_gettext("yes"), "false": lazy_gettext("no")}
VALUES: dict[str, dict[str, Any]] = {
    "refusal": REFUSALS,
    "role": wording.ROLES,
    "stage": wording.STAGES,
    "kind": wording.KINDS,
    "product": wording.PRODUCTS,
    "action": TAGS,
}
# Kind of subject → the page that shows it, the name of the value in its address, and who may look.
PAGES = {
    "set": ("ledger.one_set", "number", "allocation:read"),
    "request": ("requests.one", "number", "requests:read"),
    "certificate": ("certificates.one", "number", "handover:read"),
    "unit": ("units.directory", "q", "units:read"),
    "order": ("service.one", "number", "support:order:read"),
    "bulletin": ("bulletins.one", "number", "support:bulletin:read"),
    "difference": ("differences.one", "difference_id", "inventory:difference:read"),
    "scan": ("scans.one", "scan_id", "inventory:read"),
}


def tag_word(tag: str) -> str:
    """What was done, in words."""
    return wording.word(TAGS, tag)


def outcome_word(outcome: str) -> str:
    """How it ended, in words."""
    return wording.word(OUTCOMES, outcome)


def field_word(name: str) -> str:
    """A field's name in words; of a name with a point its last part."""
    return wording.word(FIELDS, name.rpartition(".")[2]) if name else str(gettext("Value"))


def value_words(field: str, value: str) -> str:
    """A value in words where it is a code or a rule's text; the values that a rule's text had are not kept."""
    if field == "reason" and value:
        return re.sub(r"%\(\w+\)s", "…", str(gettext(value)))
    if field == "cause" and value:
        return str(gettext(value))
    if field == "broken" and value.startswith("["):  # invariants by name, or what a chain said of itself
        return "; ".join(str(gettext(one)) for one in json.loads(value))
    return wording.word(VALUES.get(field.rpartition(".")[2], TRUTH), value)


def subject_words(subject: str) -> tuple[str, str]:
    """(kind in words, which one)."""
    kind, _, which = subject.partition(":")
    return wording.word(SUBJECTS, kind), which.removeprefix(f"{kind}:").replace(":", " · ")


def subject_page(subject: str) -> tuple[str, str] | None:
    """(address, permission) of the page that shows the subject, where there is one."""
    kind, _, which = subject.partition(":")
    if kind not in PAGES or not which:
        return None
    endpoint, name, permission = PAGES[kind]
    values: dict[str, Any] = {name: which}
    return url_for(endpoint, **values), permission
