"""Words about units over time: what became of them, what happened, on which network a platform stands."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from licensetrack.units.models import Unit
from licensetrack.units.rules import scope_concern

STAGES = {
    "in_use": lazy_gettext("In use"),
    "merged": lazy_gettext("Merged"),
    "split": lazy_gettext("Split up"),
    "closed": lazy_gettext("Closed down"),
}
EVENTS = {
    "register": lazy_gettext("Entered in the directory"),
    "rename": lazy_gettext("Renamed"),
    "move": lazy_gettext("District or category changed"),
    "merge": lazy_gettext("Merged into another unit"),
    "take_in": lazy_gettext("Took another unit in"),
    "give_out": lazy_gettext("A new unit came out of it"),
    "split": lazy_gettext("Split up"),
    "close": lazy_gettext("Closed down"),
}
NETWORKS = {
    "extranet": lazy_gettext("Government extranet"),
    "internet": lazy_gettext("Internet"),
    "dedicated": lazy_gettext("Dedicated network"),
}
PLATFORM_FIELDS = {
    "site": lazy_gettext("Site and room"),
    "network": lazy_gettext("Network"),
    "vendor": lazy_gettext("Vendor"),
    "software_version": lazy_gettext("Software version"),
    "edition": lazy_gettext("Product edition"),
    "fingerprint": lazy_gettext("Host fingerprint"),
    "note": lazy_gettext("Note"),
}


def concern(unit: Unit) -> str:
    """What is to be said about a unit's place in the scope of the licence; nothing when all is well."""
    msgid = scope_concern(unit.credit_code, unit.in_scope)
    return gettext(msgid) if msgid else ""
