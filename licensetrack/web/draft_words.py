"""Words about the draft of an evaluation: its fields, bands, what a chapter may end with, what is open where."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from licensetrack.performance.drafts import Draft
from licensetrack.performance.framework import Framework
from licensetrack.performance.typed import HEADER, MARK, OpenPoint, kind_of
from licensetrack.web.wording import word

FIELDS = {
    "title": lazy_gettext("Heading"),
    "project": lazy_gettext("Project"),
    "project_code": lazy_gettext("Project code"),
    "project_class": lazy_gettext("Class of the project"),
    "authority": lazy_gettext("Authority in charge"),
    "implementer": lazy_gettext("Implementing unit"),
    "fund_source": lazy_gettext("Source of funds"),
    "period_start": lazy_gettext("Period from"),
    "period_end": lazy_gettext("Period until"),
    "author": lazy_gettext("Author of the report"),
    "phone": lazy_gettext("Phone"),
    "basis": lazy_gettext("Basis documents"),
    "methods": lazy_gettext("Methods"),
    "lead": lazy_gettext("Lead paragraph"),
    "goal": lazy_gettext("Goal of the year"),
    "achievement": lazy_gettext("What was achieved"),
    "note": lazy_gettext("Note at the end"),
    "value": lazy_gettext("Actual value"),
    "result": lazy_gettext("Actual state in words"),
    "met": lazy_gettext("Is it met?"),
    "band": lazy_gettext("Band"),
    "score": lazy_gettext("Score"),
    "deduct": lazy_gettext("Deduction from the computed score"),
    "reason": lazy_gettext("Reason of the score"),
    "explanation": lazy_gettext("Explanation of the deviation"),
    "facts": lazy_gettext("Facts of the indicator"),
    "evidence": lazy_gettext("Evidence"),
    "elements": lazy_gettext("Elements that are met"),
    "faults": lazy_gettext("Number of faults of each kind"),
    "answers": lazy_gettext("Number of answers of each grade"),
    "remedy": lazy_gettext("What is done about the points lost"),
    "owner": lazy_gettext("By whom"),
    "due": lazy_gettext("Until when"),
    "assumption": lazy_gettext("The score rests on an assumption"),
    "level": lazy_gettext("Level"),
    "paragraphs": lazy_gettext("Paragraphs"),
    "insert": lazy_gettext("After the text follows"),
}
BANDS = {
    "": lazy_gettext("Please choose"),
    "achieved": lazy_gettext("Goal reached (80 % of the weight to all of it)"),
    "partial": lazy_gettext("Reached in part, with some effect (60 % to below 80 %)"),
    "missed": lazy_gettext("Not reached, little effect (below 60 %)"),
}
MET = {"": lazy_gettext("Please choose"), "yes": lazy_gettext("Yes"), "no": lazy_gettext("No")}
LEVELS = {"1": "一、", "2": "（一）", "3": "1.", "4": "（1）"}
INSERTS = {
    "": lazy_gettext("nothing"),
    "funds": lazy_gettext("table of funds"),
    "goals": lazy_gettext("table of goals"),
    "score_summary": lazy_gettext("scores by part"),
    "score_table": lazy_gettext("score sheet"),
    "coverage_chart": lazy_gettext("chart of quantities against targets"),
    "trend_chart": lazy_gettext("chart of the months"),
    "district_chart": lazy_gettext("chart of districts"),
    "category_chart": lazy_gettext("chart of categories"),
    "problems": lazy_gettext("every lost point with its cause"),
    "remedies": lazy_gettext("table of remedies"),
}
SOURCES = {
    "blank": lazy_gettext("empty forms with the official headings"),
    "earlier": lazy_gettext("the texts of an earlier evaluation"),
    "file": lazy_gettext("a working paper (TOML file)"),
}


def insert_word(code: str, framework: Framework) -> str:
    """What follows a chapter's text, in words."""
    name = next((one.name for one in framework.branches if code == f"analysis:{one.code}"), "")
    return str(gettext("analysis of the indicators of “%(name)s”", name=name)) if name else word(INSERTS, code)


def place_word(place: str, draft: Draft) -> str:
    """A part of the draft in words: C11 虚拟化软件授权数量."""
    if place == HEADER:
        return str(gettext("Header of the forms"))
    if kind_of(place) == MARK:
        indicator = draft.results[place.partition(":")[2]].indicator
        return f"{indicator.code} {indicator.name}"
    return draft.parts[place].typed["title"] or str(gettext("(no heading)"))


def point_text(point: OpenPoint) -> str:
    """What is open, in words."""
    text = str(gettext(point.message))
    return text % point.values if point.values else text
