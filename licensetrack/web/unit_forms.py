"""Forms about units: registered, changed, renamed, merged, split, closed, reopened; and what a platform is."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from licensetrack.units.directory import UnitEntry
from licensetrack.units.districts import district_names
from licensetrack.units.models import Unit
from licensetrack.units.platforms import Description
from licensetrack.web import unit_words
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import day_field, reason_field, text_field

ON = lazy_gettext("Effective from")


class LineForm(ActForm):
    """A unit's line in the directory, but for its code and name."""

    category = text_field(lazy_gettext("Category"), 40, needed=True)
    district = SelectField(lazy_gettext("District"), [InputRequired()], choices=[])
    level = text_field(lazy_gettext("Level"), 20)
    short_name = text_field(lazy_gettext("Short name"), 80)
    credit_code = text_field(lazy_gettext("Unified social credit code"), 40)
    superior = text_field(lazy_gettext("Superior unit"), 200)
    address = text_field(lazy_gettext("Address"), 200)
    contact = text_field(lazy_gettext("Contact"), 80)
    phone = text_field(lazy_gettext("Phone"), 40)
    in_scope = BooleanField(lazy_gettext("In the scope of the site licence"), default=True)
    note = TextAreaField(lazy_gettext("Note"), [Length(max=500)])

    def offer(self, districts: Iterable[str]) -> None:
        """The districts of the city, and those that units lie in besides."""
        names = dict.fromkeys((*district_names(), *districts))
        self.district.choices = [SelectChoice(name, name) for name in names]

    def entry(self, code: str, name: str) -> UnitEntry:
        """What was typed as a line of the directory."""
        return UnitEntry(
            code=code,
            name=name,
            category=(self.category.data or "").strip(),
            district=self.district.data or "",
            level=(self.level.data or "").strip(),
            contact=(self.contact.data or "").strip(),
            phone=(self.phone.data or "").strip(),
            note=(self.note.data or "").strip(),
            short_name=self.short_name.data or "",
            credit_code=self.credit_code.data or "",
            superior=self.superior.data or "",
            address=(self.address.data or "").strip(),
            in_scope=bool(self.in_scope.data),
        )

    def fill(self, unit: Unit) -> None:
        """Shows the line as it is recorded."""
        for field in self:
            if hasattr(unit, field.name) and field.name not in ("version", "name", "code"):
                field.data = getattr(unit, field.name)


class EditForm(LineForm):
    """A changed line, from a day on."""

    on = day_field(ON)


class NewUnitForm(LineForm):
    """A new unit."""

    code = text_field(lazy_gettext("Unit code"), 40, needed=True)
    name = text_field(lazy_gettext("Unit name"), 200, needed=True)
    on = day_field(lazy_gettext("Called so since"), needed=False)
    confirmed = BooleanField(lazy_gettext("It is another unit, though the names look alike"))


class RenameForm(ActForm):
    """A new name, from a day on."""

    name = text_field(lazy_gettext("New name"), 200, needed=True)
    on = day_field(ON)
    confirmed = BooleanField(lazy_gettext("It is another unit, though the names look alike"))


class MergeForm(ActForm):
    """Into which unit, from when on, and why."""

    into = StringField(lazy_gettext("Into the unit"), [InputRequired()])
    on = day_field(ON)
    reason = reason_field(lazy_gettext("Reason"))


class SplitForm(NewUnitForm):
    """The new unit and the sets that it takes along."""

    sets = SelectMultipleField(lazy_gettext("Sets that go along"), choices=[], validate_choice=False)
    on = day_field(ON)
    dissolve = BooleanField(lazy_gettext("The old unit ends on that day"))
    reason = reason_field(lazy_gettext("Reason"))


class CloseForm(ActForm):
    """From when on, and whether the sets it still holds are returned."""

    on = day_field(ON)
    return_sets = BooleanField(lazy_gettext("All sets that it still holds are returned on that day"))
    reason = reason_field(lazy_gettext("Reason"))


class ReopenForm(ActForm):
    """Why the ending was wrong."""

    reason = reason_field(lazy_gettext("Reason"))


class PlatformForm(ActForm):
    """What a platform is."""

    site = text_field(unit_words.PLATFORM_FIELDS["site"], 120)
    network = SelectField(
        unit_words.PLATFORM_FIELDS["network"],
        choices=[
            SelectChoice("", lazy_gettext("Not known")),
            *(SelectChoice(c, w) for c, w in unit_words.NETWORKS.items()),
        ],
    )
    vendor = text_field(unit_words.PLATFORM_FIELDS["vendor"], 80)
    software_version = text_field(unit_words.PLATFORM_FIELDS["software_version"], 80)
    edition = text_field(unit_words.PLATFORM_FIELDS["edition"], 80)
    fingerprint = text_field(unit_words.PLATFORM_FIELDS["fingerprint"], 80)
    note = TextAreaField(unit_words.PLATFORM_FIELDS["note"], [Length(max=500)])

    def description(self) -> Description:
        """What was typed."""
        return Description(**{name: self._fields[name].data or "" for name in Description.__dataclass_fields__})
