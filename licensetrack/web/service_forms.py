"""The forms of service orders: a new one, and one for each step."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import DateTimeLocalField, HiddenField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from licensetrack.accounts.models import User
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.kinds import extra_fields, kinds, severities, sources
from licensetrack.web import service_words as words
from licensetrack.web.acts import ActForm, ReasonForm
from licensetrack.web.fields import reason_field, text_field

_MOMENT = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def moment_field(label: object) -> DateTimeLocalField:
    """A moment on Shenzhen's clock; empty is now."""
    return DateTimeLocalField(label, format=list(_MOMENT), validators=[Optional()])


class AskForm(ActForm):
    """A new order. `to` is the unit by its code or name, which the centre says; a unit's own people need not.

    It comes from `ask_form`, which adds the further fields of all kinds.
    """

    kind = HiddenField()
    to = StringField(lazy_gettext("Unit"), [Length(max=200)])
    source = SelectField(lazy_gettext("Came in by"), default="system")
    raised_by = text_field(lazy_gettext("Raised by"), 80)
    received = moment_field(lazy_gettext("Came in at"))
    title = StringField(lazy_gettext("In a few words"), [InputRequired(), Length(max=200)])
    description = TextAreaField(lazy_gettext("Description"), [Length(max=4000)])
    product = text_field(lazy_gettext("Product and version"), 120)
    set_number = text_field(lazy_gettext("Licence set"), 40)
    platform_id = SelectField(lazy_gettext("Platform"), default="", validate_choice=False)
    papers = MultipleFileField(lazy_gettext("Attachments"))

    def prepare(self, kind: str) -> None:
        """Puts the words of the lists in."""
        self.kind.data = kind
        self.source.choices = words.options(sources())
        for name in self.further():
            self[name].label.text = words.further(name)

    def further(self) -> Sequence[str]:
        """The further fields of this kind."""
        found = kinds().get(self.kind.data or "")
        return found.extra if found else ()

    def extra(self) -> dict[str, str]:
        """What was said in them."""
        return {name: (self[name].data or "").strip() for name in self.further() if name in extra_fields()}

    def uploads(self) -> list[tuple[str, bytes]]:
        """The files that came along."""
        return read_files(self.papers.data)


def ask_form() -> type[AskForm]:
    """The form of a new order with a line for every further field that kinds.toml names."""
    return type("FurtherAskForm", (AskForm,), {name: text_field("", 200) for name in extra_fields()})


class PaperForm(ActForm):
    """Files laid with an order."""

    papers = MultipleFileField(lazy_gettext("Attachments"))

    def uploads(self) -> list[tuple[str, bytes]]:
        """The files that came along."""
        return read_files(self.papers.data)


class SeverityForm(ActForm):
    """How severe it is."""

    severity = SelectField(lazy_gettext("Severity of the order"))
    moment = moment_field(lazy_gettext("When (empty: now)"))


class GradeForm(ActForm):
    """How severe it is, said anew."""

    severity = SelectField(lazy_gettext("Severity of the order"))
    reason = reason_field(lazy_gettext("Reason"))


class AssignForm(ActForm):
    """Who handles it."""

    engineer = SelectField(lazy_gettext("Engineer"), default="")
    firm = text_field(lazy_gettext("Or a firm, whose engineers share it"), 80)


class DoneForm(ActForm):
    """A time of the engineer's work; after the limit, why."""

    moment = moment_field(lazy_gettext("When (empty: now)"))
    note = TextAreaField(lazy_gettext("Note"), [Length(max=2000)])
    late_reason = TextAreaField(lazy_gettext("Why the limit was passed"), [Length(max=500)])


class WaitForm(ActForm):
    """The clock stands still, or goes on."""

    reason = reason_field(lazy_gettext("Reason"))
    moment = moment_field(lazy_gettext("When (empty: now)"))


class HandOverForm(ActForm):
    """How it ended and what was done."""

    outcome = StringField(lazy_gettext("Outcome"), [InputRequired(), Length(max=80)], default="已解决")
    work = TextAreaField(lazy_gettext("What was done"), [InputRequired(), Length(max=2000)])
    moment = moment_field(lazy_gettext("When (empty: now)"))
    late_reason = TextAreaField(lazy_gettext("Why the limit was passed"), [Length(max=500)])


class MarkForm(ActForm):
    """The unit's mark and its words."""

    mark = SelectField(
        lazy_gettext("How satisfied are you?"),
        choices=[
            SelectChoice("", lazy_gettext("Please choose")),
            *(SelectChoice(str(mark), word) for mark, word in words.MARKS.items()),
        ],
        validators=[InputRequired()],
    )
    words = TextAreaField(lazy_gettext("In words"), [Length(max=2000)])


FORMS: dict[str, type[ActForm]] = {
    "accept": SeverityForm,
    "grade": GradeForm,
    "assign": AssignForm,
    "answer": DoneForm,
    "arrive": DoneForm,
    "restore": DoneForm,
    "pause": WaitForm,
    "resume": WaitForm,
    "hand_over": HandOverForm,
    "confirm": MarkForm,
    "reject": ReasonForm,
    "close": ReasonForm,
    "rate": MarkForm,
    "cancel": ReasonForm,
    "reopen": ReasonForm,
}


def step_form(name: str, case: ServiceCase, engineers: Sequence[tuple[User, str]], *, fresh: bool = True) -> ActForm:
    """The form of a step, with what stands now; its fields carry the step's name, since a page shows several."""
    form = FORMS[name](None) if fresh else FORMS[name]()
    if isinstance(form, SeverityForm | GradeForm):
        form.severity.choices = words.options(severities())
        if fresh:
            form.severity.data = case.severity or list(severities())[-1]
    if isinstance(form, AssignForm):
        shown = [SelectChoice(user.login, f"{user.name} {firm}".strip()) for user, firm in engineers]
        form.engineer.choices = [SelectChoice("", lazy_gettext("Nobody in person")), *shown]
        if fresh:
            form.engineer.data = next((user.login for user, _ in engineers if user.id == case.engineer_id), "")
            form.firm.data = case.firm
    return form.told_apart(name)


def read_files(files: Sequence[FileStorage] | None) -> list[tuple[str, bytes]]:
    """Name and content of the files of a field; read from their start, because a form may be read twice."""
    found = []
    for file in files or ():
        if isinstance(file, FileStorage) and file.filename:
            file.stream.seek(0)
            found.append((file.filename, file.stream.read()))
    return found
