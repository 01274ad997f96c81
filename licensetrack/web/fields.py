"""Fields of forms that are stricter than their library's: numbers, money, reasons, days, short texts."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import DateField, Form, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.validators import Optional as MayBeEmpty

from licensetrack.exchange import cells
from licensetrack.exchange.problems import Bad

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,4})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}", re.ASCII)


class WholeField(StringField):
    """A whole number as people type it (16, １６, 1,024); empty is None. Not 1e3, 1_000 or 1.5."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was sent."""
        self.data = None
        text = unicodedata.normalize("NFKC", str(valuelist[0])).strip() if valuelist else ""
        if not text:
            return
        if not _WHOLE.fullmatch(text):
            raise ValueError(gettext("A whole number is expected here, such as 128."))
        self.data = int(text.replace(",", ""))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else str(self.data)


class MoneyField(StringField):
    """An amount in yuan as ledgers write it (22,545,000.00), in 万元 where it says so (2254.5万元); empty is None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was sent, by the rule of a ledger's cell."""
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        found = cells.money("" if text.endswith("元") else "元")(text)
        if isinstance(found, Bad):
            raise ValueError(gettext(found.rule) % found.values if found.values else gettext(found.rule))
        assert isinstance(found, Decimal)  # noqa: S101 - for the type checker: the reader gives nothing else
        self.data = found

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else f"{self.data:,.2f}"


class NumberField(StringField):
    """A number as people type it, with decimals where wanted (95, 99.5, 1,024); empty is None. Not 1e3."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads what was sent."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = number_of(text)
        if text and self.data is None:
            raise ValueError(gettext("A number is expected here, such as 95 or 99.5."))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else format(self.data, "f")


def number_of(text: str) -> Decimal | None:
    """The number that a text is, if it is one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def visible_reason(_form: Any, field: Any) -> None:
    """A reason says something."""
    if not (field.data or "").strip():
        raise ValidationError(gettext("A reason is needed."))


def reason_field(label: Any, *, needed: bool = True, longest: int = 500) -> TextAreaField:
    """A reason in some words."""
    return TextAreaField(label, [visible_reason, Length(max=longest)] if needed else [Length(max=longest)])


def day_field(label: Any, *, needed: bool = True) -> DateField:
    """A day, chosen or typed."""
    return DateField(label, [InputRequired()] if needed else [MayBeEmpty()])


def text_field(label: Any, longest: int, *, needed: bool = False) -> StringField:
    """A text of one line."""
    return StringField(label, [InputRequired() if needed else MayBeEmpty(), Length(max=longest)])


def typed_in(form: Form, kind: type[Any]) -> dict[str, Any]:
    """Name → what stands in the form's field, for every field of a dataclass; a text is trimmed, and never None."""
    typed: dict[str, Any] = {}
    for name in kind.__dataclass_fields__:
        field = form[name]
        plain = isinstance(field, StringField) and not isinstance(field, (WholeField, MoneyField))
        typed[name] = (field.data or "").strip() if plain else field.data
    return typed
