"""The form of a request: one block per line, filled from what was typed, with what the checks found at each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    MultipleFileField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import DateInput

from licensetrack.core.errors import Refused
from licensetrack.procurement.models import Product
from licensetrack.requests.content import HEAD, LINE, MOST_LINES, Typed
from licensetrack.requests.findings import Finding, NotReady
from licensetrack.requests.kinds import KINDS
from licensetrack.requests.rules import Held
from licensetrack.web import wording
from licensetrack.web.acts import ActForm
from licensetrack.web.request_words import FIELDS, LINE_KINDS, PAPERS, finding_text


def choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    """Code → word as the options of a select."""
    return [SelectChoice(code, word) for code, word in words.items()]


class LineForm(Form):
    """One line. A kind shows the fields that it has; all are text, kept as typed."""

    key = HiddenField()
    kind = HiddenField()
    product = SelectField(FIELDS["product"], validate_choice=False)
    license_kind = SelectField(FIELDS["license_kind"], validate_choice=False)
    set = SelectField(FIELDS["set"], validate_choice=False)
    platform = StringField(FIELDS["platform"])
    site = StringField(FIELDS["site"])
    edition = StringField(FIELDS["edition"])
    cpus = StringField(FIELDS["cpus"])
    hosts = TextAreaField(FIELDS["hosts"])
    hosts_file = FileField(lazy_gettext("or from a file (xlsx, xls, csv)"))
    fingerprint = StringField(FIELDS["fingerprint"])
    fingerprint_file = FileField(lazy_gettext("or from the file that the platform made"))
    valid_until = StringField(FIELDS["valid_until"], widget=DateInput())
    wanted_on = StringField(FIELDS["wanted_on"], widget=DateInput())
    reason = TextAreaField(FIELDS["reason"])


class RequestForm(ActForm):
    """A whole request; `do` says what the button pressed wants besides keeping the draft."""

    do = HiddenField()
    contact = StringField(FIELDS["contact"])
    phone = StringField(FIELDS["phone"])
    wanted_on = StringField(FIELDS["wanted_on"], widget=DateInput())
    reason = TextAreaField(FIELDS["reason"])
    lines = FieldList(FormField(LineForm), max_entries=MOST_LINES)
    papers = MultipleFileField(lazy_gettext("Files"))
    paper_kind = SelectField(lazy_gettext("What they are"), choices=choices(PAPERS), validate_choice=False)

    def tell(self, refusal: Refused) -> None:
        """What stands in the way of a submission is told at its fields by `show`; here is how much it is."""
        if isinstance(refusal, NotReady):
            count = len(refusal.findings)
            self.problem = gettext(
                "Not submitted: %(count)s points have to be put right first. The draft is kept.", count=count
            )
        else:
            super().tell(refusal)

    @property
    def typed(self) -> Typed:
        """What was typed."""
        head = {name: self[name].data or "" for name in HEAD}
        return {**head, "lines": [{name: entry.form[name].data or "" for name in LINE} for entry in self.lines]}


class NewRequestForm(ActForm):
    """For which unit, and what its first line is about."""

    unit = StringField(lazy_gettext("Unit"))
    kind = SelectField(FIELDS["kind"], choices=choices(LINE_KINDS))
    set = StringField(FIELDS["set"])


class Offered:
    """What the lines' selects offer: products, the unit's sets, its platforms."""

    def __init__(self, products: Sequence[Product], held: dict[str, Held], platforms: Sequence[str]) -> None:
        self.platforms = list(platforms)
        self._products = {"": gettext("Please choose"), **{p.code: word_of(p) for p in products}}
        self._kinds = {"": gettext("Please choose"), **wording.KINDS}
        self._held = held

    def into(self, form: Form, kind: str) -> Form:
        """Gives a line's selects their choices; a set that is gone stays chosen, so that its error can be told."""
        form["product"].choices, form["license_kind"].choices = choices(self._products), choices(self._kinds)
        wanted = KINDS[kind].set_kind if kind in KINDS else ""
        sets = {held.number: _set_words(held) for held in self._held.values() if wanted in ("any", held.kind)}
        chosen = form["set"].data
        form["set"].choices = choices({"": gettext("Please choose"), **({chosen: chosen} if chosen else {}), **sets})
        return form

    def blank(self, kind: str) -> Form:
        """An empty line of a kind, for the page's script to copy: it puts a number for the kind between underscores."""
        form = LineForm(prefix=f"lines-__{kind}__-", data={"kind": kind})
        return self.into(form, kind)


def word_of(product: Product) -> str:
    """A product's word, or its name where it has none."""
    return wording.word(wording.PRODUCTS, product.code) if product.code in wording.PRODUCTS else product.name


def _set_words(held: Held) -> str:
    parts = [held.number, wording.word(wording.PRODUCTS, held.product)]
    if held.kind == "temporary":
        parts.append(wording.word(wording.KINDS, held.kind))
    if held.cpus:
        parts.append(f"{held.cpus} CPU")
    if held.platform:
        parts.append(held.platform)
    return " · ".join(parts)


def filled(typed: Typed) -> RequestForm:
    """The form with what was typed before."""
    return RequestForm(formdata=None, data=typed)


Notes = dict[tuple[str, str], list[tuple[str, str]]]
"""(line key, field) → (level, words) of everything found there."""


def notes_of(findings: Sequence[Finding], typed: Typed, *, missing: bool) -> Notes:
    """What was found, by its place. Unless `missing`, nothing is said yet of fields that are still empty."""
    notes: Notes = {}
    for found in findings:
        if missing or not _is_missing(found, typed):
            notes.setdefault((found.line, found.field), []).append((found.level, finding_text(found)))
    return notes


def _is_missing(found: Finding, typed: Typed) -> bool:
    """Whether a finding is about a field in which nothing stands yet."""
    where: Any = typed
    if found.line:
        where = next((line for line in typed["lines"] if line["key"] == found.line), {})
    return bool(found.field) and not where.get(found.field, "")
