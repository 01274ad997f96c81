"""Words about frameworks: kinds, stages, steps, natures, rules and the labels of fields."""

from __future__ import annotations

from flask_babel import lazy_gettext

KINDS = {
    "evaluation": lazy_gettext("Department's evaluation"),
    "self-assessment": lazy_gettext("Unit's self-assessment"),
}
STAGES = {
    "draft": lazy_gettext("Draft"),
    "in_force": lazy_gettext("In force"),
    "discarded": lazy_gettext("Discarded"),
}
ACTIONS = {
    "draft": lazy_gettext("Drafted"),
    "edit": lazy_gettext("Edited"),
    "put_in_force": lazy_gettext("Put in force"),
    "discard": lazy_gettext("Discarded"),
}
NATURES = {
    ">=": lazy_gettext("≥ at least"),
    ">": lazy_gettext("> more than"),
    "=": lazy_gettext("= exactly"),
    "<=": lazy_gettext("≤ at most"),
    "<": lazy_gettext("< less than"),
    "qualitative": lazy_gettext("Qualitative"),
}
