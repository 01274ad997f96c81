"""The forms of a certificate's life: drawing, signing, adding the sealed scan, counter-signing, ending it."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import DateField, RadioField, SelectChoice, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from licensetrack.handover.acceptance_rules import CHECKS, FAIL, PASS
from licensetrack.web import acceptance_words as words
from licensetrack.web.acts import ActForm


class DrawForm(ActForm):
    """Which sets, and a note; `sets` are ids."""

    sets = SelectMultipleField(lazy_gettext("Sets"), coerce=int, validate_choice=False)
    note = StringField(lazy_gettext("Note on the certificate"), [Length(max=500)])


class SignForm(ActForm):
    """What the unit finds, point by point."""

    checks = SelectMultipleField(
        lazy_gettext("Check list"),
        choices=[SelectChoice(code, words.CHECKS[code]) for code in CHECKS],
        validators=[Optional()],
    )
    conclusion = RadioField(
        lazy_gettext("Conclusion"),
        choices=[SelectChoice(code, words.CONCLUSIONS[code]) for code in (PASS, FAIL)],
        validators=[DataRequired(lazy_gettext("Say whether the acceptance passes."))],
    )
    problems = TextAreaField(lazy_gettext("Problems found"), [Length(max=1000)])
    rework = TextAreaField(lazy_gettext("What is to be done"), [Length(max=1000)])


class ScanForm(SignForm):
    """The sealed scan, and what stands on it."""

    scan = FileField(lazy_gettext("Sealed scan (PDF, OFD, JPG or PNG, at most 20 MB)"))
    unit_signer = StringField(
        lazy_gettext("Who signed for the unit"),
        [DataRequired(lazy_gettext("Say who signed for the unit.")), Length(max=80)],
    )
    signed_on = DateField(lazy_gettext("Signed on"), [DataRequired(lazy_gettext("Say on which day."))])


class CountersignForm(ActForm):
    """From which day the sets count."""

    on = DateField(lazy_gettext("Acceptance date"), [DataRequired(lazy_gettext("Say on which day."))])


class PrintForm(ActForm):
    """Nothing but the wish."""


class DeclineForm(ActForm):
    """When and why the acceptance is declined."""

    on = DateField(lazy_gettext("Declined on"), [DataRequired(lazy_gettext("Say on which day."))])
    reason = TextAreaField(
        lazy_gettext("Reason, and what is to be done"),
        [DataRequired(lazy_gettext("A reason is needed.")), Length(max=500)],
    )


class VoidForm(ActForm):
    """Why the certificate is withdrawn."""

    reason = StringField(
        lazy_gettext("Reason"), [DataRequired(lazy_gettext("A reason is needed.")), Length(max=500)]
    )  # fmt: skip
