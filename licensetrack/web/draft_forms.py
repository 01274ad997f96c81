"""Forms of a draft: where it begins, the header, an indicator's mark, a chapter, and the steps of its life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from wtforms import FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.widgets import DateInput

from licensetrack.performance.framework import Framework, Indicator
from licensetrack.performance.rules.scoring import BAND, HAND, YES_NO
from licensetrack.performance.typed import (
    COUNTED,
    FIELDS,
    HEADER,
    MARK,
    SECTION,
    YES,
    Typed,
    inserts,
    kind_of,
    takes_value,
)
from licensetrack.web import draft_words as words
from licensetrack.web.acts import ActForm
from licensetrack.web.request_forms import choices


class StartForm(ActForm):
    """Which year, as of which day, by which framework, and from what."""

    year = StringField(lazy_gettext("Year"))
    as_of = StringField(lazy_gettext("Evaluation date"), widget=DateInput())
    framework = SelectField(lazy_gettext("Framework"), validate_choice=False)
    source = RadioField(lazy_gettext("Begin with"), choices=choices(words.SOURCES), default="blank")
    earlier = SelectField(lazy_gettext("Earlier evaluation"), validate_choice=False)
    file = FileField(lazy_gettext("Working paper"))


class PartForm(ActForm):
    """Parent of the forms of a draft's parts: everything in them is kept as text. `do` says where to go next."""

    do = HiddenField()

    def typed(self, place: str, kept: Typed) -> Typed:
        """What was typed; a field that the page did not show stays as it is kept."""
        sent = {name: str(self[name].data or "") for name in FIELDS[kind_of(place)] if name in request.form}
        return {**kept, **sent}


def _line(name: str, **more: Any) -> StringField:
    return StringField(words.FIELDS[name], **more)


def _text(name: str) -> TextAreaField:
    return TextAreaField(words.FIELDS[name])


class HeaderForm(PartForm):
    """Who, what, when: the lines above every form."""

    title = _line("title")
    project = _line("project")
    project_code = _line("project_code")
    project_class = _line("project_class")
    authority = _line("authority")
    implementer = _line("implementer")
    fund_source = _line("fund_source")
    period_start = _line("period_start", widget=DateInput())
    period_end = _line("period_end", widget=DateInput())
    author = _line("author")
    phone = _line("phone")
    basis = _text("basis")
    methods = _text("methods")
    lead = _text("lead")
    goal = _text("goal")
    achievement = _text("achievement")
    note = _text("note")


class MarkForm(PartForm):
    """What is said of one indicator; its rule decides which fields are shown."""

    value = _line("value")
    result = _line("result")
    met = SelectField(words.FIELDS["met"], choices=choices(words.MET), validate_choice=False)
    elements = _line("elements")
    faults = _line("faults")
    answers = _line("answers")
    band = SelectField(words.FIELDS["band"], validate_choice=False)
    score = _line("score")
    deduct = _line("deduct")
    facts = _text("facts")
    reason = _text("reason")
    explanation = _text("explanation")
    evidence = _text("evidence")
    assumption = SelectField(
        words.FIELDS["assumption"], choices=choices({"": words.MET["no"], YES: words.MET["yes"]}), validate_choice=False
    )
    remedy = _text("remedy")
    owner = _line("owner")
    due = _line("due", widget=DateInput())

    def offer(self, indicator: Indicator) -> None:
        """The bands of the indicator's rule."""
        own = {name: name for name, _ in indicator.settings.bands}
        self.band.choices = choices({"": words.BANDS[""], **own} if own else words.BANDS)


class SectionForm(PartForm):
    """A heading and its paragraphs."""

    level = SelectField(words.FIELDS["level"], choices=choices(words.LEVELS), validate_choice=False)
    title = _line("title")
    paragraphs = _text("paragraphs")
    insert = SelectField(words.FIELDS["insert"], validate_choice=False)

    def offer(self, framework: Framework) -> None:
        """What may follow the text."""
        self.insert.choices = choices({code: words.insert_word(code, framework) for code in inserts(framework)})


class SectionsForm(ActForm):
    """Adding, moving and taking away headings: `do` is "add", "up", "down" or "remove", `place` says which."""

    do = HiddenField()
    place = HiddenField()
    level = HiddenField()
    title = StringField(words.FIELDS["title"])


class StepForm(ActForm):
    """A step of an evaluation's life, with its reason where one is needed."""

    note = TextAreaField(lazy_gettext("Reason"))
    as_of = StringField(lazy_gettext("Evaluation date"), widget=DateInput())


FORMS: Mapping[str, type[PartForm]] = {HEADER: HeaderForm, MARK: MarkForm, SECTION: SectionForm}
BASES = {YES_NO: ("met",), BAND: ("band", "score"), HAND: ("score",)}


def filled(place: str, typed: Typed) -> PartForm:
    """The form of a part with what is kept of it."""
    return FORMS[kind_of(place)](formdata=None, data=typed)


def fields_of(indicator: Indicator, *, deviates: bool, loses: bool) -> tuple[str, ...]:
    """The fields that an indicator's mark has, in their order; what only says itself in words is offered always."""
    counted = COUNTED.get(indicator.rule.basis, "") if not indicator.measure else ""
    return (
        *(("value",) if takes_value(indicator) else ()),
        *((counted,) if counted else ()),
        *(("result",) if indicator.nature == "qualitative" else ()),
        "facts",
        *BASES.get(indicator.rule.basis, ("deduct",)),
        "reason",
        *(("explanation",) if deviates else ()),
        "evidence",
        "assumption",
        *(("remedy", "owner", "due") if loses else ()),
    )
