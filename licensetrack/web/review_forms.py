"""Forms of a review: the note, what each line is granted, what is ticked in the queue, a deputy, the policy."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, FieldList, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import DateInput

from licensetrack.core.errors import Refused
from licensetrack.requests.reviewing import Grants
from licensetrack.web.acts import ActForm
from licensetrack.web.digits import whole
from licensetrack.web.fields import WholeField
from licensetrack.web.request_forms import choices
from licensetrack.web.request_words import LINE_KINDS
from licensetrack.web.wording import in_words


class ReviewForm(ActForm):
    """A note, and the CPUs granted line by line, in the lines' order."""

    note = TextAreaField(lazy_gettext("Note"), [Length(max=1000)])
    granted = FieldList(StringField(lazy_gettext("CPUs granted")), max_entries=100)

    def grants(self, keys: list[str]) -> Grants:
        """Line key → CPUs; what is left empty is granted as asked. Raises Refused for what is no number."""
        found: dict[str, int | None] = {}
        for place, (key, entry) in enumerate(zip(keys, self.granted, strict=False), 1):
            text = (entry.data or "").strip()
            if not text:
                continue
            found[key] = whole(text)
            if found[key] is None:
                raise Refused("“%(value)s” is not a whole number.", value=text[:20]).at(f"granted-{place}")
        return found

    def tell(self, refusal: Refused) -> None:
        """A refusal about a line stands at its field."""
        name, _, place = refusal.field.partition("-")
        if name == "granted" and place.isdigit() and 0 < int(place) <= len(self.granted):
            entry = self.granted[int(place) - 1]
            entry.errors = [*entry.errors, in_words(refusal)]
        else:
            super().tell(refusal)


class BulkForm(ActForm):
    """Requests ticked, each with the version seen, and what is to be done with them all."""

    ticked = SelectMultipleField(lazy_gettext("Requests"), validate_choice=False)
    do = HiddenField()
    note = TextAreaField(lazy_gettext("Note"), [Length(max=1000)])

    @property
    def picks(self) -> list[tuple[str, int]]:
        """(number, version seen) of everything ticked."""
        parts = [text.rpartition(":") for text in self.ticked.data or () if isinstance(text, str)]
        return [(number, seen) for number, _, text in parts if (seen := whole(text)) is not None]


class DelegationForm(ActForm):
    """Who stands in, and for which days."""

    deputy = StringField(lazy_gettext("Deputy"))
    first_day = StringField(lazy_gettext("From"), widget=DateInput())
    last_day = StringField(lazy_gettext("Until"), widget=DateInput())


class PolicyForm(ActForm):
    """Which requests two people decide, who issues, and when a set is idle."""

    rule = RadioField(
        lazy_gettext("Two people decide"),
        choices=choices({"all": lazy_gettext("every request"), "some": lazy_gettext("only these requests:")}),
        default="all",
    )
    kinds = SelectMultipleField(lazy_gettext("with a line of these kinds"), choices=choices(LINE_KINDS))
    above = StringField(lazy_gettext("with more CPUs of one product than"))
    own_fulfillment = BooleanField(lazy_gettext("Whoever asked for a licence or entered the request may issue it"))
    idle_days = WholeField(lazy_gettext("Days without import after which a set is idle"), [InputRequired()])
