"""Words for what evidence is, how long it is kept and what it proves."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext, lazy_gettext

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.performance.evidence_rules import INDICATOR, retention_policy
from licensetrack.web.wording import word

CLASSES = {
    "formal": lazy_gettext("Formal document"),
    "working": lazy_gettext("Working document"),
    "original": lazy_gettext("Original voucher"),
    "explanation": lazy_gettext("Explanation"),
}
STATES = {
    "standing": lazy_gettext("In use"),
    "unlinked": lazy_gettext("Linked to nothing"),
    "withdrawn": lazy_gettext("Withdrawn"),
}
TARGETS = {
    "indicator": lazy_gettext("Indicator"),
    "set": lazy_gettext("Licence set"),
    "budget": lazy_gettext("Budget entry"),
    "order": lazy_gettext("Service order"),
}
PERMANENT = lazy_gettext("Permanent")


def retention(code: str) -> str:
    """How long files of a retention class are kept; a class that the policy no longer has keeps its code."""
    found = retention_policy().classes.get(code)
    if found is None:
        return code
    return str(PERMANENT) if not found.years else gettext("%(years)s years", years=found.years)


def kept_until(file: EvidenceFile) -> dt.date | None:
    """The last day that a file is to be kept; None for ever."""
    found = retention_policy().classes.get(file.retention)
    start = file.document_date or file.added_at.astimezone(BUSINESS_ZONE).date()
    return None if found is None else found.kept_until(start)


def proved(link: EvidenceLink) -> str:
    """What a link leads to, in a few words: “Indicator C21 (2024): 授权验收单”, “Licence set SQ-2024-0001”."""
    if link.target != INDICATOR:
        return f"{word(TARGETS, link.target)} {link.subject}"
    named = f"{word(TARGETS, INDICATOR)} {link.subject} ({link.year})"
    return f"{named}: {link.wanted}" if link.wanted else named


def size(value: int) -> str:
    """A file's size: 120 KB, 3.4 MB."""
    return f"{value / 2**20:,.1f} MB" if value >= 2**20 else f"{max(1, value // 1024):,} KB"
