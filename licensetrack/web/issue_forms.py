"""The forms of issuing: for a line that was granted, and for a set that no request asked for."""

from __future__ import annotations

import datetime as dt

from flask_babel import lazy_gettext
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from licensetrack.handover.handing_out import HandedFile
from licensetrack.requests.kinds import EXPANSION, FORMALIZE, MIGRATION, NEW, RENEWAL, RETURN
from licensetrack.web import wording
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import WholeField, day_field, reason_field
from licensetrack.web.file_forms import FileForm

# What the operator may say for a line of each kind; the rest follows from the line.
FIELDS: dict[str, tuple[str, ...]] = {
    NEW: ("on", "number", "kind", "cpus", "fingerprint", "valid_until", "support_end"),
    EXPANSION: ("on", "cpus"),
    RENEWAL: ("on", "valid_until", "support_end"),
    FORMALIZE: ("on", "number", "cpus", "fingerprint", "valid_until", "support_end"),
    MIGRATION: ("on", "fingerprint"),
    RETURN: ("on",),
}
WITH_FILE = (NEW, EXPANSION, RENEWAL, FORMALIZE, MIGRATION)


class _Issued(FileForm):
    """What both forms ask."""

    on = day_field(lazy_gettext("Issued on"))
    number = StringField(lazy_gettext("Licence number"), [Length(max=40)])
    kind = SelectField(lazy_gettext("Kind"), choices=[SelectChoice(code, word) for code, word in wording.KINDS.items()])
    cpus = WholeField(lazy_gettext("CPU count"))
    fingerprint = StringField(lazy_gettext("Host fingerprint"), [Length(max=80)])
    valid_until = day_field(lazy_gettext("Valid until"), needed=False)
    support_end = day_field(lazy_gettext("Support until"), needed=False)

    @property
    def handed(self) -> HandedFile | None:
        """The file with what is answered for; None without one. Raises Refused."""
        upload = self.uploaded()
        if upload is None:
            return None
        return HandedFile(*upload, acknowledged=self.acknowledged.data or (), reason=self.file_reason.data or "")

    @property
    def day(self) -> dt.date:
        """The day of the issue; the form is valid, so there is one."""
        day: dt.date = self.on.data
        return day


class LineForm(_Issued):
    """What the operator decides for a granted line."""

    kind = SelectField(
        lazy_gettext("Kind"), choices=[SelectChoice(code, word) for code, word in wording.KINDS.items()],
        validate_choice=False,
    )  # fmt: skip


class DirectForm(_Issued):
    """A set that no request asked for."""

    unit = StringField(lazy_gettext("Unit"), [InputRequired(), Length(max=200)])
    product = SelectField(
        lazy_gettext("Product"), choices=[SelectChoice(code, word) for code, word in wording.PRODUCTS.items()]
    )
    platform = StringField(lazy_gettext("Platform"), [Length(max=200)])
    site = StringField(lazy_gettext("Room"), [Length(max=200)])
    edition = StringField(lazy_gettext("Edition"), [Length(max=80)])
    reason = reason_field(lazy_gettext("Why without a request"))


class DropForm(ActForm):
    """Why a granted line is not issued."""

    reason = reason_field(lazy_gettext("Reason"))
