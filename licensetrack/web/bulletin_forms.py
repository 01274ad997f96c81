"""The forms of bulletins: a new one, a unit that is concerned as well, and one for each step of a task."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from licensetrack.core.db import reading
from licensetrack.procurement.queries import products
from licensetrack.support.bulletins import Notice
from licensetrack.web import bulletin_words as words
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import day_field, text_field
from licensetrack.web.request_forms import choices, word_of

_NO_TEXT = ("released_on", "deadline", "retest")


class NoticeForm(ActForm):
    """A new bulletin."""

    kind = SelectField(lazy_gettext("Kind of bulletin"), choices=choices(words.KINDS))
    title = StringField(lazy_gettext("In a few words"), [InputRequired(), Length(max=200)])
    description = TextAreaField(lazy_gettext("Description"), [Length(max=4000)])
    references = text_field(lazy_gettext("CVE, CNVD, CNNVD numbers"), 200)
    level = SelectField(
        lazy_gettext("Level of the vulnerability"),
        choices=[SelectChoice("", lazy_gettext("None")), *choices(words.LEVELS)],
        default="",
    )
    found_by = text_field(lazy_gettext("Found by"), 120)
    version = text_field(lazy_gettext("Version of the patch or library"), 80)
    released_on = day_field(lazy_gettext("Released on"))
    deadline = day_field(lazy_gettext("To be done by"))
    retest = BooleanField(lazy_gettext("Re-test before it is confirmed"))
    product = SelectField(lazy_gettext("Product"), default="")
    edition = text_field(lazy_gettext("Edition contains"), 80)
    software_version = text_field(lazy_gettext("Platform version contains"), 80)

    def prepare(self) -> NoticeForm:
        """Puts the products in."""
        with reading() as db:
            found = [SelectChoice(one.code, word_of(one)) for one in products(db)]
        self.product.choices = [SelectChoice("", gettext("All products")), *found]
        return self

    def notice(self) -> Notice:
        """What was typed."""
        said = {name: self[name].data or "" for name in Notice.__dataclass_fields__ if name not in _NO_TEXT}
        return Notice(
            released_on=self.released_on.data, deadline=self.deadline.data, retest=bool(self.retest.data), **said
        )


class UnitForm(ActForm):
    """A unit that is concerned as well."""

    to = StringField(lazy_gettext("Unit"), [InputRequired(), Length(max=200)])


class ReportForm(ActForm):
    """What the unit did."""

    done_on = day_field(lazy_gettext("Done on"))
    result = TextAreaField(lazy_gettext("What was done"), [InputRequired(), Length(max=500)])
    papers = MultipleFileField(lazy_gettext("Attachments"))


class ConfirmForm(ActForm):
    """The centre has looked."""

    retest = TextAreaField(lazy_gettext("What the re-test found"), [Length(max=500)])
