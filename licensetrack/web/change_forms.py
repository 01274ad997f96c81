"""Forms of the acts on a set: a day, a reason, and what the act needs besides."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty

from licensetrack.allocation.shown import MOST_LETTERS
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import WholeField, day_field, reason_field

MOST_NAME = 200


def word_field(label: Any, name: str, *, needed: bool = False) -> StringField:
    """One line of words, as long as the ledger keeps it."""
    asked = [InputRequired()] if needed else [MayBeEmpty()]
    return StringField(label, [*asked, Length(max=MOST_LETTERS.get(name, MOST_NAME))])


class ChangeForm(ActForm):
    """What every act asks for."""

    on = day_field(_l("Day of the act"))
    reason = reason_field(_l("Reason"))


class CpusForm(ChangeForm):
    """How many CPUs come or go."""

    cpus = WholeField(_l("How many CPUs"), [InputRequired()])


class RelocateForm(ChangeForm):
    """To which unit, and where it stands there."""

    to = StringField(_l("Unit that takes it over"), [InputRequired(), Length(max=MOST_NAME)])
    platform = word_field(_l("Platform there"), "platform")
    site = word_field(_l("Room there"), "site")
    same_host = BooleanField(_l("The host goes along as it is; no revocation code is needed"))


class MoveForm(ChangeForm):
    """Another platform or another room."""

    platform = word_field(_l("New platform"), "platform")
    site = word_field(_l("New room"), "site")


class HostForm(ChangeForm):
    """The old host and the new one."""

    old_fingerprint = word_field(_l("Fingerprint of the old host"), "old_fingerprint")
    new_fingerprint = word_field(_l("Fingerprint of the new host"), "fingerprint", needed=True)


class RenewForm(ChangeForm):
    """Until when."""

    valid_until = day_field(_l("Valid until"), needed=False)
    support_end = day_field(_l("Support until"), needed=False)


class UpgradeForm(ChangeForm):
    """To which edition."""

    edition = word_field(_l("New edition"), "edition", needed=True)


class FormalForm(ActForm):
    """The formal set that takes the temporary one's place."""

    on = day_field(_l("Day of the formal issue"))
    number = StringField(_l("Number of the formal set"), [InputRequired(), Length(max=40)])
    cpus = WholeField(_l("CPU count"), [MayBeEmpty()])
    edition = word_field(_l("Edition"), "edition")
    fingerprint = word_field(_l("Host fingerprint"), "fingerprint")
    support_end = day_field(_l("Support until"), needed=False)


class CodeForm(ActForm):
    """A revocation code and the day on which it came."""

    on = day_field(_l("Code received on"))
    code = StringField(_l("Revocation code"), [InputRequired(), Length(max=200)])


class TakeBackForm(ActForm):
    """Why a fact never happened."""

    reason = reason_field(_l("Why it is taken back"))


class CorrectForm(ActForm):
    """A recorded fact said right. Fields that a fact of its kind does not have are taken out (see `corrections.py`)."""

    on = day_field(_l("Day of the act"))
    to = StringField(_l("Unit"), [InputRequired(), Length(max=MOST_NAME)])
    cpus = WholeField(_l("CPU count"), [InputRequired()])
    platform = word_field(_l("Platform"), "platform")
    site = word_field(_l("Room"), "site")
    edition = word_field(_l("Edition"), "edition")
    old_fingerprint = word_field(_l("Fingerprint before"), "old_fingerprint")
    fingerprint = word_field(_l("Host fingerprint"), "fingerprint")
    license_file = word_field(_l("Licence file"), "license_file")
    valid_until = day_field(_l("Valid until"), needed=False)
    support_end = day_field(_l("Support until"), needed=False)
    evidence = word_field(_l("Evidence"), "evidence")
    acceptor = word_field(_l("Accepted by"), "acceptor")
    note = TextAreaField(_l("Note"), [Length(max=MOST_LETTERS["note"])])
    said_reason = TextAreaField(_l("Reason given then"), [Length(max=MOST_LETTERS["reason"])])
    reason = reason_field(_l("Why it is corrected"))
