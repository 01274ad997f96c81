"""Words for what a monitoring holds as codes: stages, steps, lights, likelihoods, causes."""

from __future__ import annotations

from flask_babel import lazy_gettext

STAGES = {
    "draft": lazy_gettext("Draft"),
    "submitted": lazy_gettext("Submitted"),
    "reported": lazy_gettext("Reported"),
    "closed": lazy_gettext("Closed"),
}
ACTIONS = {
    "draft": lazy_gettext("Drafted"),
    "rework": lazy_gettext("Read anew"),
    "judge": lazy_gettext("Filled in"),
    "submit": lazy_gettext("Submitted"),
    "send_back": lazy_gettext("Sent back"),
    "report": lazy_gettext("Reported"),
    "close": lazy_gettext("Closed"),
    "reopen": lazy_gettext("Re-opened"),
    "mend": lazy_gettext("Put right"),
    "return": lazy_gettext("Sent back"),
    "accept": lazy_gettext("Accepted as put right"),
}
POINTS = {
    "open": lazy_gettext("To put right"),
    "mended": lazy_gettext("Put right, to accept"),
    "accepted": lazy_gettext("Accepted as put right"),
}
LIGHTS = {
    "green": lazy_gettext("Green light"),
    "yellow": lazy_gettext("Yellow light"),
    "red": lazy_gettext("Red light"),
}
TAGS = {"green": "tag-good", "yellow": "tag-open", "red": "tag-bad"}
LIKELIHOODS = {
    "certain": lazy_gettext("Certain"),
    "possible": lazy_gettext("Possible"),
    "impossible": lazy_gettext("Out of reach"),
}
CAUSES = {
    "funds": lazy_gettext("Funds"),
    "rules": lazy_gettext("Rules and procedures"),
    "staff": lazy_gettext("Staff"),
    "equipment": lazy_gettext("Equipment"),
    "other": lazy_gettext("Other"),
}
BANDS = {
    "achieved": lazy_gettext("Achieved"),
    "partial": lazy_gettext("Partly achieved"),
    "missed": lazy_gettext("Missed"),
}
