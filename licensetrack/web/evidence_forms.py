"""The forms of evidence: laying files and saying what they prove, correcting what is said, and taking back."""

from __future__ import annotations

from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance.evidence import Upload
from licensetrack.performance.evidence_kinds import check_file
from licensetrack.performance.evidence_rules import BUDGET, CLASSES, ORDER, SET, About, Target, target_at
from licensetrack.web.access import actor
from licensetrack.web.acts import ActForm
from licensetrack.web.evidence_words import CLASSES as CLASS_WORDS
from licensetrack.web.evidence_words import TARGETS
from licensetrack.web.fields import day_field, reason_field
from licensetrack.web.held_files import held, hold
from licensetrack.web.wording import in_words

_CHOOSE = SelectChoice("", lazy_gettext("Please choose"))


class DescribeForm(ActForm):
    """What somebody says of a file."""

    evidence_class = SelectField(
        lazy_gettext("Class of evidence"),
        choices=[_CHOOSE, *(SelectChoice(code, CLASS_WORDS[code]) for code in CLASSES)],
        validators=[DataRequired(lazy_gettext("Choose what class of evidence it is."))],
    )
    retention = SelectField(lazy_gettext("How long it is kept"), validate_choice=False)
    title = StringField(lazy_gettext("Title"), [Length(max=200)])
    document_number = StringField(lazy_gettext("Document number"), [Length(max=80)])
    document_date = day_field(lazy_gettext("Date of the document"), needed=False)

    def about(self) -> About:
        """As the verbs take it."""
        return About(
            self.evidence_class.data or "", self.retention.data or "", self.title.data or "",
            self.document_number.data or "", self.document_date.data,
        )  # fmt: skip


class LinkForm(ActForm):
    """What a file proves: an indicator of an evaluation, or something of the ledgers by its number, or both."""

    indicator = SelectField(lazy_gettext("Indicator, and the kind of evidence it wants"), validate_choice=False)
    target = SelectField(
        lazy_gettext("Or something of the ledgers"),
        choices=[
            SelectChoice("", lazy_gettext("Nothing")),
            *(SelectChoice(code, TARGETS[code]) for code in (SET, BUDGET, ORDER)),
        ],
        validate_choice=False,
    )
    subject = StringField(lazy_gettext("Its number, or the voucher"), [Length(max=80)])
    reason = TextAreaField(lazy_gettext("Why it belongs there"), [Length(max=500)])

    def targets(self) -> list[Target]:
        """What was chosen. Raises Refused."""
        found = [target_at(self.indicator.data)] if self.indicator.data else []
        if self.target.data:
            if not (self.subject.data or "").strip():
                raise Refused("Say which one, by its number.").at("subject")
            found.append(target_at(f"{self.target.data}:{self.subject.data}"))
        return found


class UploadForm(DescribeForm, LinkForm):
    """Many files at once. Those that are taken are held while something else is not right yet."""

    files = MultipleFileField(lazy_gettext("Files"))
    held = HiddenField()

    _sent: list[Upload] | None = None

    def sent(self) -> list[Upload]:
        """The files held since the last look and those chosen now. Raises Refused where those held are gone."""
        if self._sent is None:
            kept: list[Upload] = []
            if self.held.data:
                try:
                    kept = [Upload(*one) for one in held(self.held.data, actor())]
                except NotFound as gone:
                    self.held.data = ""
                    raise Refused(gone.message).at("files") from None
            self._sent = kept + [_read(file) for file in self.files.data or () if file and file.filename]
        return self._sent

    def hold_good(self) -> list[str]:
        """Holds the files that are taken, so that they need not be chosen again, tells what is wrong with the others at
        the field, and gives the names of those held.
        """
        try:
            uploads, good, wrong = self.sent(), [], []
        except Refused as refusal:
            self.tell(refusal)
            return []
        for upload in uploads:
            try:
                check_file(*upload)
                good.append(upload)
            except Refused as refusal:
                wrong.append(in_words(refusal))
        self.held.data = hold(good, actor()) if good else ""
        if wrong:
            self.files.errors = wrong
        return [upload.name for upload in good]


class WithdrawForm(ActForm):
    """Why a file is taken out of use."""

    reason = reason_field(lazy_gettext("Why it is withdrawn"))


class UnlinkForm(ActForm):
    """Why a link was wrong."""

    reason = reason_field(lazy_gettext("Why the link is undone"))


def _read(file: FileStorage) -> Upload:
    """Read from its start, because the same form may be read twice."""
    file.stream.seek(0)
    return Upload(file.filename or "", file.stream.read())
