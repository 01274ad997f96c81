"""Forms about notices: what is read, what one wants of each kind, and the endpoints of webhooks."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from licensetrack.notices.kinds import KINDS
from licensetrack.web.account_forms import Ticks, offered
from licensetrack.web.acts import ActForm
from licensetrack.web.notice_words import MODES, label

SWITCH = {"on": lazy_gettext("on"), "off": lazy_gettext("off")}


class ReadForm(ActForm):
    """Everything up to the newest that the page showed."""

    newest = IntegerField(validators=[Optional(), NumberRange(0, 10**15)])


class SettingsForm(ActForm):
    """Parent of the form with two fields for each kind that the visitor can be told of."""

    CODES: tuple[str, ...] = ()

    def wanted(self) -> dict[str, tuple[bool, str]]:
        """Kind → (bell, mail)."""
        return {
            code: (KINDS[code].must or bool(self[f"bell_{code}"].data), str(self[f"mail_{code}"].data))
            for code in self.CODES
        }


def settings_form(wishes: Mapping[str, tuple[bool, str]], *, fresh: bool) -> SettingsForm:
    """The form for the kinds of one visitor, filled with what they want now, or with what they sent."""
    fields: dict[str, object] = {"CODES": tuple(wishes)}
    for code in wishes:
        if not KINDS[code].must:
            fields[f"bell_{code}"] = BooleanField(lazy_gettext("Bell"))
        fields[f"mail_{code}"] = SelectField(lazy_gettext("E-mail"), choices=offered(MODES, MODES))
    made = type("KindsForm", (SettingsForm,), fields)
    if not fresh:
        found: SettingsForm = made()
        return found
    data = {f"bell_{code}": bell for code, (bell, _) in wishes.items()}
    data |= {f"mail_{code}": mail for code, (_, mail) in wishes.items()}  # type: ignore[misc]
    filled: SettingsForm = made(formdata=None, data=data)
    return filled


class EndpointForm(ActForm):
    """An endpoint of webhooks."""

    name = StringField(lazy_gettext("Name"), [InputRequired(), Length(max=80)])
    url = StringField(lazy_gettext("Address"), [InputRequired(), Length(max=500)])
    kinds = Ticks(lazy_gettext("Only these kinds"), choices=[])
    active = RadioField(lazy_gettext("State"), choices=offered(SWITCH, SWITCH), default="on")

    def offer(self) -> None:
        """Lets the visitor choose among all kinds."""
        self.kinds.choices = [SelectChoice(code, label(code)) for code in KINDS]
