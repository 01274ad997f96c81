"""The forms of a monitoring's life: a new one, what is said of an indicator, the lines above the form, the steps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from licensetrack.performance.monitoring_rules import CAUSES, LIKELIHOODS, LONGEST, Judgement
from licensetrack.performance.monitoring_sheet import ProjectHeader
from licensetrack.web import bought_words
from licensetrack.web import monitoring_words as words
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import WholeField, day_field

_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,4})?", re.ASCII)
_MONTHS = [SelectChoice(month, str(month)) for month in range(1, 13)]
_NONE = SelectChoice("", lazy_gettext("not said"))


class NumberField(StringField):
    """A number from 0 on as people type it (98.2, 7,515, ９８．２); empty is None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was sent."""
        self.data = None
        text = unicodedata.normalize("NFKC", str(valuelist[0])).strip() if valuelist else ""
        if not text:
            return
        if not _NUMBER.fullmatch(text):
            raise ValueError(gettext("A number is expected here, such as 98.2."))
        self.data = Decimal(text.replace(",", ""))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else f"{self.data:f}"


class NewForm(ActForm):
    """A year and the month at whose end is counted; or any other day."""

    year = WholeField(lazy_gettext("Year"), [InputRequired()])
    month = SelectField(lazy_gettext("Cut-off month"), choices=_MONTHS, coerce=int)
    day = day_field(lazy_gettext("Or another cut-off day"), needed=False)
    framework = SelectField(lazy_gettext("Framework"), choices=[_NONE], default="", validate_choice=False)


class JudgementForm(ActForm):
    """What the officer says of one indicator."""

    value = NumberField(lazy_gettext("Value to date"))
    value_text = StringField(lazy_gettext("Value to date in words"), [Length(max=200)])
    band = SelectField(
        lazy_gettext("How far it has been reached"),
        choices=[_NONE, *(SelectChoice(code, word) for code, word in words.BANDS.items())],
        default="",  # the page of what is counted does not ask for it
    )
    forecast = NumberField(lazy_gettext("Other forecast than the trend's"))
    forecast_text = StringField(lazy_gettext("Forecast in words"), [Length(max=200)])
    forecast_reason = TextAreaField(lazy_gettext("Reason for the other forecast"), [Length(max=LONGEST)])
    causes = SelectMultipleField(
        lazy_gettext("Causes of the deviation"),
        choices=[SelectChoice(code, words.CAUSES[code]) for code in CAUSES],
        validators=[Optional()],
    )
    cause_note = TextAreaField(lazy_gettext("Explanation of the deviation"), [Length(max=LONGEST)])
    likelihood = SelectField(
        lazy_gettext("Will the target be reached?"),
        choices=[
            SelectChoice("", lazy_gettext("as the light says")),
            *(SelectChoice(code, words.LIKELIHOODS[code]) for code in LIKELIHOODS),
        ],
        default="",
    )
    mend = BooleanField(lazy_gettext("Something has to be put right"))
    requirement = TextAreaField(lazy_gettext("What has to be put right"), [Length(max=LONGEST)])
    owner = StringField(lazy_gettext("Who puts it right"), [Length(max=80)])
    due_on = day_field(lazy_gettext("Until when"), needed=False)
    remark = StringField(lazy_gettext("Remark"), [Length(max=200)])

    def judgement(self) -> Judgement:
        """What was typed."""
        said = _stripped(self, [name for name in vars(Judgement()) if name not in ("causes", "mend")])
        return Judgement(causes=tuple(self.causes.data or ()), mend=bool(self.mend.data), **said)


class SpendingForm(ActForm):
    """Another forecast of the year's spending than the trend's."""

    forecast = NumberField(lazy_gettext("Spending expected this year (10k yuan)"))
    forecast_reason = TextAreaField(lazy_gettext("Reason for the other forecast"), [Length(max=LONGEST)])


class HeaderForm(ActForm):
    """The lines above the form."""

    project = StringField(lazy_gettext("Project"), [Length(max=200)])
    project_code = StringField(lazy_gettext("Project code"), [Length(max=80)])
    project_class = StringField(lazy_gettext("Class of project"), [Length(max=80)])
    authority = StringField(lazy_gettext("Competent authority"), [Length(max=80)])
    implementer = StringField(lazy_gettext("Implementing unit"), [Length(max=80)])
    fund_source = StringField(lazy_gettext("Source of funds"), [Length(max=80)])
    leader = StringField(lazy_gettext("Head of the project"), [Length(max=80)])
    author = StringField(lazy_gettext("Filled in by"), [Length(max=80)])
    phone = StringField(lazy_gettext("Phone"), [Length(max=40)])
    period_start = day_field(lazy_gettext("Project begins on"), needed=False)
    period_end = day_field(lazy_gettext("Project ends on"), needed=False)
    nature = SelectField(
        lazy_gettext("Nature of the project"),
        choices=[_NONE, *(SelectChoice(code, word) for code, word in bought_words.NATURES.items() if code)],
        default="",
    )
    overview = TextAreaField(lazy_gettext("What the project is"), [Length(max=2000)])
    basis = TextAreaField(lazy_gettext("What it is based on"), [Length(max=2000)])
    goal = TextAreaField(lazy_gettext("The year's goal"), [Length(max=2000)])
    progress = TextAreaField(lazy_gettext("How far the goal has come"), [Length(max=2000)])

    def header(self) -> ProjectHeader:
        """What was typed."""
        return ProjectHeader(**_stripped(self, vars(ProjectHeader())))


class StepForm(ActForm):
    """A step that needs no words."""


class MendForm(ActForm):
    """On which day it was put right, and how."""

    on = day_field(lazy_gettext("Put right on"))
    result = TextAreaField(lazy_gettext("How it was put right"), [InputRequired(), Length(max=LONGEST)])


def _stripped(form: ActForm, names: Iterable[str]) -> dict[str, Any]:
    """What was typed into these fields, without blanks around it."""
    typed = {name: form[name] for name in names}
    return {name: _text(one.data) if _is_text(one) else one.data for name, one in typed.items()}


def _is_text(field: Any) -> bool:
    return isinstance(field, StringField | SelectField) and not isinstance(field, NumberField)


def _text(typed: str | None) -> str:
    """A field that the page does not ask for is not sent."""
    return (typed or "").strip()
