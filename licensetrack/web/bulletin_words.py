"""Words about bulletins: kinds, levels, stages and steps of a unit's task."""

from __future__ import annotations

from flask_babel import lazy_gettext

KINDS = {
    "patch": lazy_gettext("Patch"),
    "vulnerability": lazy_gettext("Vulnerability"),
    "feature_library": lazy_gettext("Feature library"),
}
LEVELS = {
    "critical": lazy_gettext("Critical"),
    "high": lazy_gettext("High"),
    "medium": lazy_gettext("Medium"),
    "low": lazy_gettext("Low"),
}
STAGES = {
    "open": lazy_gettext("To be done"),
    "reported": lazy_gettext("Reported, to confirm"),
    "confirmed": lazy_gettext("Confirmed"),
    "dropped": lazy_gettext("Not concerned"),
}
TAGS = {"confirmed": "tag-good", "dropped": ""}
STEPS = {
    "publish": lazy_gettext("Made known"),
    "add": lazy_gettext("Unit added"),
    "report": lazy_gettext("Reported as done"),
    "confirm": lazy_gettext("Confirmed"),
    "return": lazy_gettext("Sent back"),
    "drop": lazy_gettext("Not concerned"),
    "restore": lazy_gettext("Concerned after all"),
    "close": lazy_gettext("Bulletin closed"),
    "reopen": lazy_gettext("Bulletin opened again"),
}
ACTS = {
    "report": lazy_gettext("Report it as done"),
    "confirm": lazy_gettext("Confirm it"),
    "return": lazy_gettext("Return it"),
    "drop": lazy_gettext("The unit is not concerned"),
    "restore": lazy_gettext("The unit is concerned after all"),
    "close": lazy_gettext("Close the bulletin"),
    "reopen": lazy_gettext("Open the bulletin again"),
    "add": lazy_gettext("Add a unit"),
}
ENDPOINTS = {"return": "give_back"}
