"""What is typed in a draft, part by part: kept as text, and read into the working paper as far as it is right."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.core.names import tidy_name, visible
from licensetrack.performance.framework import Framework, Indicator
from licensetrack.performance.rules.methods import (
    BANDS,
    banded,
    bands_from,
    by_elements,
    by_faults,
    by_hand,
    mean_grade,
)
from licensetrack.performance.rules.scoring import ANSWERS, BAND, ELEMENTS, FAULTS, YES_NO
from licensetrack.performance.sheet import INSERTS, Header, Section
from licensetrack.performance.working_paper import Mark, WorkingPaper

Typed = dict[str, str]
"""Field → text, whatever was typed."""
Content = dict[str, Any]
"""A part of the working paper, as its file would say it."""

HEADER, MARK, SECTION = "header", "mark", "section"
LONG = 4000
FIELDS: Mapping[str, Mapping[str, int]] = {
    HEADER: {
        "title": 200, "project": 200, "project_code": 80, "project_class": 200, "authority": 200, "implementer": 200,
        "fund_source": 200, "period_start": 20, "period_end": 20, "author": 200, "phone": 40, "basis": LONG,
        "methods": LONG, "lead": LONG, "goal": LONG, "achievement": LONG, "note": LONG,
    },
    MARK: {
        "value": 20, "result": 200, "elements": 200, "faults": 200, "answers": 200, "met": 3, "band": 80, "score": 20,
        "deduct": 20, "reason": LONG, "explanation": LONG, "facts": LONG, "evidence": LONG, "assumption": 3,
        "remedy": LONG, "owner": 80, "due": 20,
    },
    SECTION: {"level": 1, "title": 200, "paragraphs": 20_000, "insert": 40},
}  # fmt: skip
NEEDED = ("title", "project", "authority", "implementer", "author", "lead", "goal", "achievement")
LISTS = ("basis", "methods", "evidence", "paragraphs")
TEXTS: Mapping[str, tuple[str, ...]] = {
    HEADER: ("lead", "goal", "achievement", "note"),
    MARK: ("facts", "reason", "explanation", "remedy"),
    SECTION: ("paragraphs",),
}
"""The fields that are sentences with figures in them."""
SEVERAL_LINES = (*LISTS, "lead", "goal", "achievement", "note", "reason", "explanation", "facts", "remedy")
COUNTS = ("elements", "faults", "answers")
YES, NO = "yes", "no"
COUNTED = {ELEMENTS: "elements", FAULTS: "faults", ANSWERS: "answers"}
LEVELS = ("1", "2", "3", "4")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")


@dataclass(frozen=True)
class OpenPoint:
    """What is missing or can not be read: at which part and field; `message` is an English msgid with its values."""

    place: str
    field: str
    message: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


def kind_of(place: str) -> str:
    """header, mark or section."""
    return place.partition(":")[0]


def tidy(place: str, typed: Mapping[str, str]) -> Typed:
    """The known fields of a part, without what shows nothing. Raises Refused at a field that is too long."""
    return {name: _tidied(typed.get(name, ""), name, most) for name, most in FIELDS[kind_of(place)].items()}


def _tidied(text: str, name: str, most: int) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in visible(text) if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    text = text.strip() if name in SEVERAL_LINES else tidy_name(text.replace("\n", " "))
    if len(text) > most:
        raise Refused("The text has more than %(most)s signs.", most=most).at(name)
    return text


def lines(text: str) -> list[str]:
    """One entry a line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def typed_header(header: Header) -> Typed:
    """The header as it would have been typed."""
    return _as_text(HEADER, vars(header))


def typed_mark(mark: Mark) -> Typed:
    """An indicator's mark as it would have been typed."""
    counted = {name: _counts_text(name, getattr(mark, name)) for name in COUNTS}
    said = {"deduct": mark.deduct or None, "assumption": mark.assumption or None}
    return _as_text(MARK, vars(mark) | counted | said)


def _counts_text(name: str, counts: tuple[int, ...] | None) -> str:
    """Numbers with blanks between; 0 where no element at all is met."""
    if counts is None:
        return ""
    return " ".join(map(str, counts)) or ("0" if name == "elements" else "")


def typed_section(section: Section) -> Typed:
    """A heading with its paragraphs as it would have been typed."""
    return _as_text(SECTION, vars(section))


def _as_text(kind: str, values: Mapping[str, object]) -> Typed:
    return {name: _text(values[name]) for name in FIELDS[kind]}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, tuple):
        return "\n".join(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def typed_parts(framework: Framework, paper: WorkingPaper) -> dict[str, Typed]:
    """Place → what would have been typed to make this paper, in the order of the pages."""
    found = {HEADER: typed_header(paper.header)}
    for leaf in framework.leaves():
        found[f"{MARK}:{leaf.code}"] = typed_mark(paper.marks.get(leaf.code, Mark()))
    for number, section in enumerate(paper.sections, 1):
        found[f"{SECTION}:{number}"] = typed_section(section)
    return found


def read_parts(
    framework: Framework, year: int, as_of: dt.date, parts: Mapping[str, Typed]
) -> tuple[Content, list[OpenPoint]]:
    """The working paper's content that the parts make, and what in them is missing or can not be read."""
    points: list[OpenPoint] = []
    marks = {
        leaf.code: read_mark(leaf, parts[place], points)
        for leaf in framework.leaves()
        if (place := f"{MARK}:{leaf.code}") in parts
    }
    sections = [
        read_section(place, typed, framework, points) for place, typed in parts.items() if kind_of(place) == SECTION
    ]
    header = read_header(parts[HEADER], year, points)
    marks = {code: mark for code, mark in marks.items() if mark}
    content: Content = {"framework": framework.code, "as_of": as_of.isoformat(), "header": header}
    return content | {"marks": marks, "sections": sections}, points


def read_header(typed: Typed, year: int, points: list[OpenPoint]) -> Content:
    """The header; a period that can not be read is the whole year."""
    content: Content = {name: lines(text) if name in LISTS else text for name, text in typed.items()}
    points += [OpenPoint(HEADER, name, "This is still empty.") for name in NEEDED if not typed[name]]
    otherwise = {"period_start": dt.date(year, 1, 1), "period_end": dt.date(year, 12, 31)}
    days = {name: _day(HEADER, name, typed, points) or day for name, day in otherwise.items()}
    if days["period_start"] > days["period_end"]:
        points.append(OpenPoint(HEADER, "period_end", "The period ends before it begins."))
        days = otherwise
    return content | {name: day.isoformat() for name, day in days.items()} | {"year": year}


def read_mark(indicator: Indicator, typed: Typed, points: list[OpenPoint]) -> Content:
    """An indicator's mark as far as its rule takes it; a score that the rule does not take is left out."""
    place = f"{MARK}:{indicator.code}"
    texts = ("result", "reason", "explanation", "facts", "remedy", "owner")
    found: Content = {name: typed[name] for name in texts if typed[name]}
    if evidence := lines(typed["evidence"]):
        found["evidence"] = evidence
    if typed["assumption"] == YES:
        found["assumption"] = True
    if (value := _number(place, "value", typed, points)) is not None and takes_value(indicator):
        found["value"] = value
    if typed["due"] and (due := _day(place, "due", typed, points)) is not None:
        found["due"] = due.isoformat()
    basis = indicator.rule.basis
    if basis in COUNTED and not indicator.measure:
        found |= _counted(indicator, COUNTED[basis], typed, points)
    if indicator.rule.compute is not None:
        deduct = _number(place, "deduct", typed, points)
        if deduct is not None and deduct < 0:
            points.append(OpenPoint(place, "deduct", "A deduction must not be negative."))
        elif deduct:
            found["deduct"] = deduct
    elif basis == YES_NO:
        if typed["met"] in (YES, NO):
            found["met"] = typed["met"] == YES
    else:
        found |= _judged(indicator, typed, points)
    return found


def takes_value(indicator: Indicator) -> bool:
    """Whether the value is typed: it is a quantity that no measure reads."""
    basis = indicator.rule.basis
    return not indicator.measure and indicator.nature != "qualitative" and basis not in COUNTED


def _judged(indicator: Indicator, typed: Typed, points: list[OpenPoint]) -> Content:
    """The points given by hand, with their band where the rule wants one."""
    place = f"{MARK}:{indicator.code}"
    score = _number(place, "score", typed, points)
    if score is None:
        return {}
    try:
        if indicator.rule.basis != BAND:
            by_hand(score, indicator.weight)
            return {"score": score}
        if not typed["band"]:
            points.append(OpenPoint(place, "band", "Choose the band that the score lies in."))
            return {}
        own = indicator.settings.bands
        banded(score, typed["band"], indicator.weight, bands_from(own) if own else BANDS)
    except Refused as refusal:
        points.append(OpenPoint(place, "score", refusal.message, refusal.values))
        return {}
    return {"score": score, "band": typed["band"]}


def _counted(indicator: Indicator, name: str, typed: Typed, points: list[OpenPoint]) -> Content:
    """What an evaluator counted, as far as the rule takes it: elements met, faults, answers."""
    place, text = f"{MARK}:{indicator.code}", unicodedata.normalize("NFKC", typed[name])
    parts = re.split(r"[\s,;、]+", text.strip())
    if not text.strip():
        return {}
    if not all(re.fullmatch(r"\d{1,6}", part, re.ASCII) for part in parts):
        points.append(OpenPoint(place, name, "Whole numbers are expected here, with blanks between."))
        return {}
    counts = [int(part) for part in parts]
    if name == "elements" and counts == [0]:
        counts = []
    settings = indicator.settings
    try:
        if name == "elements":
            by_elements(counts, len(settings.elements), indicator.weight)
        elif name == "faults":
            by_faults(counts, [cost for _, cost in settings.faults], indicator.weight)
        else:
            mean_grade(counts, settings.scale)
    except Refused as refusal:
        points.append(OpenPoint(place, name, refusal.message, refusal.values))
        return {}
    return {name: counts}


def _day(place: str, name: str, typed: Typed, points: list[OpenPoint]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed[name])
    except ValueError:
        values = {"text": typed[name]}
        points.append(OpenPoint(place, name, "“%(text)s” is not a date; dates look like 2024-12-31.", values))
        return None


def _number(place: str, name: str, typed: Typed, points: list[OpenPoint]) -> Decimal | None:
    text = unicodedata.normalize("NFKC", typed[name]).replace(",", "").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        points.append(OpenPoint(place, name, "“%(value)s” is not a number.", {"value": typed[name]}))
        return None
    return Decimal(text)


def read_section(place: str, typed: Typed, framework: Framework, points: list[OpenPoint]) -> Content:
    """A heading with its paragraphs, one a line."""
    if not typed["title"]:
        points.append(OpenPoint(place, "title", "The heading is still empty."))
    insert = typed["insert"] if typed["insert"] in inserts(framework) else ""
    level = int(typed["level"]) if typed["level"] in LEVELS else 1
    return {"level": level, "title": typed["title"], "paragraphs": lines(typed["paragraphs"]), "insert": insert}


def inserts(framework: Framework) -> tuple[str, ...]:
    """What may be set after the paragraphs of a chapter: nothing, a table, a chart, the analysis of a branch."""
    return ("", *INSERTS, *(f"analysis:{branch.code}" for branch in framework.branches))
