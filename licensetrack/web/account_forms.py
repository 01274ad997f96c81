"""Forms about accounts: one's own, and those of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext
from wtforms import HiddenField, PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, EqualTo, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from licensetrack.accounts.permissions import NO_ROLE, ROLES
from licensetrack.accounts.profiles import PROFILES
from licensetrack.web import account_words, wording
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import day_field
from licensetrack.web.language import LANGUAGES

NEW_PASSWORD = lazy_gettext("New password")
AGAIN = lazy_gettext("New password again")
DIFFERENT = lazy_gettext("The two are not alike.")
WHOSE = {
    "all": lazy_gettext("All units"),
    "district": lazy_gettext("Units of one district"),
    "unit": lazy_gettext("One unit"),
}


def offered(words: Mapping[str, Any], codes: Iterable[str]) -> list[SelectChoice]:
    """The choices of a field, each with its word."""
    return [SelectChoice(code, words[code]) for code in codes]


class CodeForm(ActForm):
    """A code of the second factor, or a recovery code."""

    code = StringField(lazy_gettext("Verification code"), [InputRequired(), Length(max=60)])


class ChooseForm(ActForm):
    """A password of one's own, typed twice."""

    password = PasswordField(NEW_PASSWORD, [InputRequired(), Length(max=200)])
    again = PasswordField(AGAIN, [InputRequired(), EqualTo("password", DIFFERENT)])


class ProofForm(ActForm):
    """The present password, before what a stolen session must not do."""

    current = PasswordField(lazy_gettext("Present password"), [InputRequired(), Length(max=200)])


class ChangeForm(ProofForm):
    """The present password, and a new one typed twice."""

    password = PasswordField(NEW_PASSWORD, [InputRequired(), Length(max=200)])
    again = PasswordField(AGAIN, [InputRequired(), EqualTo("password", DIFFERENT)])


class TokenForm(ProofForm):
    """A new access token: for which program, and until when."""

    name = StringField(lazy_gettext("Name of the program"), [InputRequired(), Length(max=80)])
    expires_on = day_field(lazy_gettext("Last day"))


class PersonForm(ActForm):
    """A new account."""

    login = StringField(lazy_gettext("Login name"), [InputRequired(), Length(max=80)])
    name = StringField(lazy_gettext("Full name"), [InputRequired(), Length(max=80)])


class AddressForm(ActForm):
    """Where somebody's mail goes."""

    email = StringField(lazy_gettext("E-mail address"), [Optional(), Length(max=254)])


class ContactForm(AddressForm):
    """Where one's own mail goes, and in which language it is written."""

    language = SelectField(lazy_gettext("Language of notices"), choices=offered(LANGUAGES, LANGUAGES))


class ActiveForm(ActForm):
    """On or off."""

    wanted = HiddenField(validators=[AnyOf(["on", "off"])])


class GrantForm(ActForm):
    """A role and whose rows it sees."""

    role = SelectField(lazy_gettext("Role"), choices=offered(wording.ROLES, (NO_ROLE, *ROLES)))
    scope = RadioField(
        lazy_gettext("Whose data"),
        choices=offered(WHOSE, WHOSE),
    )
    district = SelectField(lazy_gettext("District"), [Optional()], choices=[])
    unit = StringField(lazy_gettext("Unit, by code or name"), [Optional(), Length(max=200)])


class Ticks(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PolicyForm(ActForm):
    """The profile, and whose sign-in needs a second factor."""

    profile = RadioField(lazy_gettext("Profile"), choices=offered(account_words.PROFILES, PROFILES))
    factor_roles = Ticks(lazy_gettext("Second factor"), choices=offered(wording.ROLES, ROLES))
