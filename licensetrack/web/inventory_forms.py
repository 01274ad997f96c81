"""The forms of the inventory: a comparison run, a core rule, and what is done with a difference."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from licensetrack.inventory.working_off import Correction
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import WholeField, day_field, reason_field, text_field
from licensetrack.web.inventory_words import ACTS
from licensetrack.web.wording import PRODUCTS


class RunForm(ActForm):
    """To the end of which day is compared."""

    as_of = day_field(lazy_gettext("As of"))


class RuleForm(ActForm):
    """How many cores of a CPU one licence covers."""

    product = SelectField(
        lazy_gettext("Product"), choices=[SelectChoice(code, word) for code, word in PRODUCTS.items()]
    )
    vendor = text_field(lazy_gettext("Vendor"), 80)
    cores = WholeField(lazy_gettext("Cores that one licence covers"), [InputRequired()])
    reason = reason_field(lazy_gettext("Source of the rule"))


class ExplainForm(ActForm):
    """What is known of a difference."""

    note = reason_field(lazy_gettext("Explanation"))


class WaiveForm(ActForm):
    """Until when a difference is left as it is, why, and the paper that says so."""

    until = day_field(lazy_gettext("Waived until"))
    reason = reason_field(lazy_gettext("Reason"))
    paper = FileField(lazy_gettext("Paper"))


class AnswerForm(ActForm):
    """Confirms a waiver; the reason may be left out."""

    reason = reason_field(lazy_gettext("Reason"), needed=False)


class BindForm(ActForm):
    """What was done in the ledger already: to which set."""

    number = StringField(lazy_gettext("Licence number"), [InputRequired(), Length(max=40)])
    note = reason_field(lazy_gettext("Explanation"))


class WorkOffForm(ActForm):
    """An act of the ledger that works a difference off; of the fields its act needs some."""

    action = SelectField(
        lazy_gettext("What is done"), choices=[SelectChoice(code, word) for code, word in ACTS.items()]
    )
    number = StringField(lazy_gettext("Licence number"), [InputRequired(), Length(max=40)])
    on = day_field(lazy_gettext("Counts from"))
    cpus = WholeField(lazy_gettext("CPU count"))
    to = text_field(lazy_gettext("To unit"), 200)
    platform = text_field(lazy_gettext("Platform"), 200)
    fingerprint = text_field(lazy_gettext("New host fingerprint"), 80)
    edition = text_field(lazy_gettext("New edition"), 80)
    valid_until = day_field(lazy_gettext("Valid until"), needed=False)
    reason = reason_field(lazy_gettext("Reason"))

    def correction(self, to: Any) -> Correction:
        """What was typed, with the unit that was named."""
        return Correction(
            self.action.data, self.on.data, (self.reason.data or "").strip(), self.cpus.data,
            (self.platform.data or "").strip(), to, (self.fingerprint.data or "").strip(),
            (self.edition.data or "").strip(), self.valid_until.data,
        )  # fmt: skip
