"""The words of the years ahead: methods, and whether they are covered."""

from __future__ import annotations

from flask_babel import lazy_gettext

METHOD_WORDS = {
    "stays": lazy_gettext("Stays as it is"),
    "mean_growth": lazy_gettext("Mean growth"),
    "straight_line": lazy_gettext("Straight line"),
    "same_growth": lazy_gettext("Same growth as a year before"),
}
COVERAGE = {
    "no_ceiling": lazy_gettext("No ceiling: the site licence covers whatever is asked for"),
    "covered": lazy_gettext("Covered: every range stays below the ceiling"),
    "maybe": lazy_gettext("Perhaps not covered: a range passes the ceiling"),
    "exceeded": lazy_gettext("Not covered: the ceiling is passed"),
}
