"""Words for what the records hold as codes: stages, acts, kinds, products, figures; all of them msgids."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext, lazy_gettext

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.errors import DomainError
from licensetrack.exchange.problems import Term

STAGES = {
    "issued": lazy_gettext("Issued"),
    "imported": lazy_gettext("Imported"),
    "declined": lazy_gettext("Acceptance declined"),
    "accepted": lazy_gettext("Accepted"),
    "returned": lazy_gettext("Returned"),
    "revoked": lazy_gettext("Revoked"),
    "superseded": lazy_gettext("Superseded"),
    "voided": lazy_gettext("Voided"),
}
ACTIONS = {
    "issue": lazy_gettext("Issued"),
    "import": lazy_gettext("Imported"),
    "import_failed": lazy_gettext("Import failed"),
    "accept": lazy_gettext("Accepted"),
    "decline": lazy_gettext("Acceptance declined"),
    "expand": lazy_gettext("Expanded"),
    "shrink": lazy_gettext("Reduced"),
    "relocate": lazy_gettext("Relocated"),
    "move": lazy_gettext("Moved"),
    "reclassify": lazy_gettext("Reclassified with its unit"),
    "replace_host": lazy_gettext("Host replaced"),
    "renew": lazy_gettext("Renewed"),
    "upgrade": lazy_gettext("Upgraded"),
    "return": lazy_gettext("Returned"),
    "revoke": lazy_gettext("Revoked"),
    "supersede": lazy_gettext("Superseded by a formal set"),
    "void": lazy_gettext("Voided"),
    "correct": lazy_gettext("Corrected"),
}
KINDS = {"formal": lazy_gettext("Formal"), "temporary": lazy_gettext("Temporary")}
PRODUCTS = {
    "virtualization": lazy_gettext("Virtualization"),
    "cloud_management": lazy_gettext("Cloud management"),
    "bms": lazy_gettext("BMS"),
}
COUNTERS = {
    "issued_sets": lazy_gettext("Sets issued"),
    "issued_cpus": lazy_gettext("CPUs issued"),
    "imported_sets": lazy_gettext("Sets imported"),
    "imported_cpus": lazy_gettext("CPUs imported"),
    "accepted_sets": lazy_gettext("Sets accepted"),
    "accepted_cpus": lazy_gettext("CPUs accepted"),
    "failed_imports": lazy_gettext("Failed imports"),
}
DETAILS = {
    "platform": lazy_gettext("Platform"),
    "license_file": lazy_gettext("Licence file"),
    "support_end": lazy_gettext("Support until"),
    "fingerprint": lazy_gettext("Host fingerprint"),
    "reason": lazy_gettext("Reason"),
    "evidence": lazy_gettext("Evidence"),
    "acceptor": lazy_gettext("Accepted by"),
    "note": lazy_gettext("Note"),
    "failures": lazy_gettext("Failed attempts"),
    "edition": lazy_gettext("Edition"),
    "site": lazy_gettext("Room"),
    "old_fingerprint": lazy_gettext("Fingerprint before"),
    "valid_from": lazy_gettext("Valid from"),
    "valid_until": lazy_gettext("Valid until"),
    "request": lazy_gettext("Request"),
}
FIELDS = {
    **DETAILS,
    "on": lazy_gettext("Date"),
    "cpus": lazy_gettext("CPU count"),
    "unit": lazy_gettext("Unit"),
    "unit_id": lazy_gettext("Unit"),
    "name": lazy_gettext("Name"),
    "code": lazy_gettext("Code"),
    "category": lazy_gettext("Category"),
    "level": lazy_gettext("Level"),
    "district": lazy_gettext("District"),
    "contact": lazy_gettext("Contact"),
    "phone": lazy_gettext("Phone"),
    "product": lazy_gettext("Product"),
    "kind": lazy_gettext("Type"),
    "amount": lazy_gettext("Amount (yuan)"),
    "summary": lazy_gettext("Summary"),
    "source": lazy_gettext("Source of funds"),
    "approval": lazy_gettext("Approval number"),
    "project": lazy_gettext("Project"),
    "project_name": lazy_gettext("Project name"),
    "contract": lazy_gettext("Contract"),
    "contract_amount": lazy_gettext("Contract amount"),
    "supplier": lazy_gettext("Supplier"),
    "term": lazy_gettext("Payment of the contract"),
    "condition": lazy_gettext("Condition"),
    "received": lazy_gettext("Received"),
    "responded": lazy_gettext("Answered"),
    "completed": lazy_gettext("Completed at"),
    "outcome": lazy_gettext("Outcome"),
    "satisfaction": lazy_gettext("Mark"),
}
BUDGET_KINDS = {
    "appropriation": lazy_gettext("Budget granted"),
    "adjustment": lazy_gettext("Budget adjusted"),
    "receipt": lazy_gettext("Funds received"),
    "payment": lazy_gettext("Payment"),
}
EVALUATION_STAGES = {
    "draft": lazy_gettext("Draft"),
    "completed": lazy_gettext("Completed"),
    "reviewed": lazy_gettext("Reviewed"),
    "signed": lazy_gettext("Signed off"),
}
EVALUATION_ACTIONS = {
    "evaluate": lazy_gettext("Made"),
    "reopen": lazy_gettext("Re-opened"),
    "rework": lazy_gettext("Reworked"),
    "complete": lazy_gettext("Completion"),
    "review": lazy_gettext("Review"),
    "send_back": lazy_gettext("Sent back"),
    "sign": lazy_gettext("Sign-off"),
}
ROLES = {
    "system_administrator": lazy_gettext("System administrator"),
    "security_administrator": lazy_gettext("Security administrator"),
    "audit_administrator": lazy_gettext("Audit administrator"),
    "operator": lazy_gettext("Operator"),
    "reviewer": lazy_gettext("Reviewer"),
    "performance_officer": lazy_gettext("Performance officer"),
    "manager": lazy_gettext("Manager"),
    "district_manager": lazy_gettext("District manager"),
    "unit_user": lazy_gettext("Unit user"),
    "vendor_engineer": lazy_gettext("Vendor engineer"),
    "auditor": lazy_gettext("Auditor"),
    "none": lazy_gettext("No role yet"),
}


def word(words: dict[str, Any], code: str) -> str:
    """The word for a code; a code without a word stands for itself."""
    return str(words.get(code, code))


def in_words(error: DomainError) -> str:
    """A refusal in the visitor's language."""
    values = {name: _value(name, value) for name, value in error.values.items()}
    text = str(gettext(error.message))
    return text % values if values else text


def _value(name: str, value: object) -> object:
    """A value of a refusal: terms and acts as words, instants on the business zone's clock."""
    if isinstance(value, Term):
        return gettext(value)
    codes = {
        "set_action": ACTIONS, "product": PRODUCTS, "needed": PRODUCTS, "done": EVALUATION_ACTIONS,
        "action": EVALUATION_ACTIONS,
    }  # fmt: skip
    if name in codes:
        return word(codes[name], str(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    return value
