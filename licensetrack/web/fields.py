"""Fields of forms that are stricter than their library's: whole numbers, reasons, days."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.validators import Optional as MayBeEmpty

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
