"""Forms of a contract: what it says, the payments it promises, the entitlements it buys; and what a product is."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from licensetrack.procurement import projects
from licensetrack.procurement.contracts import ContractEntry, TermEntry
from licensetrack.procurement.lines import LineEntry, ProductEntry
from licensetrack.procurement.queries import products
from licensetrack.web import bought_words, wording
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import MoneyField, day_field, text_field, typed_in

_SAID = bought_words.CONTRACT


class PartForm(ActForm):
    """Parent of forms whose fields are those of a dataclass."""

    said: type[Any]

    def entry(self) -> Any:
        """What was typed."""
        return self.said(**typed_in(self, self.said))

    def fill(self, row: Any) -> None:
        """Shows a record."""
        for name in self.said.__dataclass_fields__:
            self._fields[name].data = getattr(row, name)


class ContractForm(PartForm):
    """What a contract says."""

    said = ContractEntry
    number = text_field(_SAID["number"], 64, needed=True)
    name = text_field(_SAID["name"], 200)
    supplier = text_field(_SAID["supplier"], 200)
    amount = MoneyField(_SAID["amount"])
    project_id = SelectField(_SAID["project_id"], coerce=int)
    signed_on = day_field(_SAID["signed_on"], needed=False)
    starts_on = day_field(_SAID["starts_on"], needed=False)
    ends_on = day_field(_SAID["ends_on"], needed=False)
    note = TextAreaField(_SAID["note"], [Length(max=500)])

    def offer(self, db: Session) -> None:
        """The projects that it may be signed for."""
        self.project_id.choices = [
            SelectChoice(0, lazy_gettext("No project")),
            *(SelectChoice(one.id, f"{one.year} · {one.code} {one.name}") for one in projects.projects(db)),
        ]

    def entry(self) -> ContractEntry:
        """What was typed."""
        typed = typed_in(self, ContractEntry)
        return ContractEntry(**(typed | {"project_id": typed["project_id"] or None}))


class TermForm(PartForm):
    """One payment that a contract promises."""

    said = TermEntry
    label = text_field(lazy_gettext("Payment of the contract"), 40, needed=True)
    condition = text_field(lazy_gettext("Condition"), 300)
    amount = MoneyField(lazy_gettext("Amount (yuan)"))
    due_on = day_field(lazy_gettext("Due on"), needed=False)


class LineForm(PartForm):
    """What a contract says about an entitlement."""

    said = LineEntry
    edition = text_field(lazy_gettext("Edition"), 80)
    amount = MoneyField(lazy_gettext("Amount (yuan)"))
    valid_from = day_field(lazy_gettext("Valid from"), needed=False)
    valid_until = day_field(lazy_gettext("Valid until"), needed=False)


class NewLineForm(LineForm):
    """An entitlement that a contract buys."""

    product = SelectField(lazy_gettext("Product"), [InputRequired()])

    def offer(self, db: Session) -> None:
        """The products."""
        self.product.choices = [
            SelectChoice(one.code, wording.word(wording.PRODUCTS, one.code)) for one in products(db)
        ]


class ProductForm(PartForm):
    """What may change of a product."""

    said = ProductEntry
    name = text_field(lazy_gettext("Name"), 80, needed=True)
    vendor = text_field(lazy_gettext("Vendor"), 80)
    editions = text_field(lazy_gettext("Editions"), 200)
