"""Words for the audit trail: what was done, to what, with which outcome; a code without a word stands for itself."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.routing import BuildError

from licensetrack.web import wording

TAGS: dict[str, Any] = {
    "accounts:user:create": lazy_gettext("Account created"),
    "accounts:user:password": lazy_gettext("Password set"),
    "accounts:user:active": lazy_gettext("Account switched on or off"),
    "accounts:session:start": lazy_gettext("Signed in"),
    "accounts:session:end": lazy_gettext("Signed out"),
    "allocation:set:issue": lazy_gettext("Set issued"),
    "allocation:set:expand": lazy_gettext("Set expanded"),
    "allocation:set:shrink": lazy_gettext("Set reduced"),
    "allocation:set:relocate": lazy_gettext("Set relocated"),
    "allocation:set:reclassify": lazy_gettext("Set reclassified with its unit"),
    "allocation:set:return": lazy_gettext("Set returned"),
    "allocation:set:revoke": lazy_gettext("Set revoked"),
    "allocation:set:supersede": lazy_gettext("Set superseded by a formal one"),
    "allocation:set:correct": lazy_gettext("Set corrected"),
    "allocation:set:export": lazy_gettext("Sets exported"),
    "allocation:import:record": lazy_gettext("Import recorded"),
    "allocation:import:fail": lazy_gettext("Failed import recorded"),
    "allocation:import:accept": lazy_gettext("Import accepted"),
    "allocation:import:decline": lazy_gettext("Acceptance declined"),
    "audit:export": lazy_gettext("Audit trail exported"),
    "audit:read": lazy_gettext("Audit trail read"),
    "audit:verify": lazy_gettext("Audit chain verified"),
    "desk:list:export": lazy_gettext("Work list exported"),
    "exchange:document:download": lazy_gettext("Paper downloaded"),
    "exchange:export": lazy_gettext("Table exported"),
    "exchange:ledger:load": lazy_gettext("Ledgers loaded"),
    "exchange:ledger:withdraw": lazy_gettext("Waiting file withdrawn"),
    "measures:figure:export": lazy_gettext("Rows of a figure exported"),
    "performance:evaluation:complete": lazy_gettext("Evaluation completed"),
    "performance:evaluation:evaluate": lazy_gettext("Evaluation made"),
    "performance:evaluation:freeze": lazy_gettext("Evaluation frozen"),
    "performance:evaluation:reopen": lazy_gettext("Evaluation re-opened"),
    "performance:evaluation:review": lazy_gettext("Evaluation reviewed"),
    "performance:evaluation:rework": lazy_gettext("Evaluation reworked"),
    "performance:evaluation:send_back": lazy_gettext("Evaluation sent back"),
    "performance:evaluation:sign": lazy_gettext("Evaluation signed off"),
    "procurement:budget:post": lazy_gettext("Budget entry posted"),
    "procurement:budget:reverse": lazy_gettext("Budget entry reversed"),
    "support:order:record": lazy_gettext("Service orders recorded"),
    "system:backup:make": lazy_gettext("Backup made"),
    "system:clock:step": lazy_gettext("The clock stepped back"),
    "system:demo:fill": lazy_gettext("Demonstration filled"),
    "units:unit:export": lazy_gettext("Units exported"),
    "units:unit:register": lazy_gettext("Unit registered"),
    "units:unit:update": lazy_gettext("Unit changed"),
}
OUTCOMES: dict[str, Any] = {"done": lazy_gettext("Done"), "refused": lazy_gettext("Refused")}
REFUSALS: dict[str, Any] = {
    "refused": lazy_gettext("A rule forbids it"),
    "conflict": lazy_gettext("Somebody was faster"),
    "forbidden": lazy_gettext("The role does not allow it"),
    "notfound": lazy_gettext("It does not exist or is somebody else's"),
    "token": lazy_gettext("The form was stale or foreign"),
}
SUBJECTS: dict[str, Any] = {
    "set": lazy_gettext("Licence set"),
    "unit": lazy_gettext("Unit"),
    "user": lazy_gettext("Account"),
    "request": lazy_gettext("Request"),
    "certificate": lazy_gettext("Certificate"),
    "evaluation": lazy_gettext("Evaluation"),
    "voucher": lazy_gettext("Voucher"),
    "document": lazy_gettext("Paper"),
    "file": lazy_gettext("File"),
    "files": lazy_gettext("Files"),
    "setting": lazy_gettext("Setting"),
    "list": lazy_gettext("Work list"),
    "figure": lazy_gettext("Figure"),
    "audit": lazy_gettext("Audit trail"),
}
FIELDS: dict[str, Any] = {
    **wording.FIELDS,
    "action": lazy_gettext("Act"),
    "active": lazy_gettext("Active"),
    "address": lazy_gettext("Network address"),
    "as_of": lazy_gettext("As of"),
    "broken": lazy_gettext("Broken links"),
    "digest": lazy_gettext("Digest"),
    "entries": lazy_gettext("Entries"),
    "events": lazy_gettext("Ledger events"),
    "events_digest": lazy_gettext("Digest of the events"),
    "format": lazy_gettext("Format"),
    "locked": lazy_gettext("Locked"),
    "method": lazy_gettext("Method"),
    "page": lazy_gettext("Page"),
    "refusal": lazy_gettext("Kind of refusal"),
    "role": lazy_gettext("Role"),
    "scope": lazy_gettext("Whose rows"),
    "search": lazy_gettext("Search"),
    "stage": lazy_gettext("Stage"),
    "total": lazy_gettext("Total"),
}
# Kind of subject → the page that shows it, the name of the value in its address, and who may look.
PAGES = {"set": ("ledger.one_set", "number", "allocation:read")}


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
    return wording.word({"refusal": REFUSALS, "role": wording.ROLES}.get(field, {}), value)


def subject_words(subject: str) -> tuple[str, str]:
    """(kind in words, which one)."""
    kind, _, which = subject.partition(":")
    return wording.word(SUBJECTS, kind), which


def subject_page(subject: str) -> tuple[str, str] | None:
    """(address, permission) of the page that shows the subject, where there is one."""
    kind, _, which = subject.partition(":")
    if kind not in PAGES or not which or PAGES[kind][0] not in current_app.view_functions:
        return None
    endpoint, name, permission = PAGES[kind]
    try:
        values: dict[str, Any] = {name: which}
        return url_for(endpoint, **values), permission
    except BuildError:
        return None
