"""The part of a form that takes a licence file: chosen now or held from before, compared, its differences answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from licensetrack.core.errors import NotFound, Refused
from licensetrack.handover.file_comparison import FIELDS, Difference, Expected
from licensetrack.handover.license_files import check_file, comparison_of
from licensetrack.handover.license_parsing import masked_name
from licensetrack.web.access import actor
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import reason_field
from licensetrack.web.held_files import Named, held, hold


@dataclass(frozen=True)
class Comparison:
    """A file beside what is known, as a page shows it."""

    name: str
    size: int
    facts: dict[str, Any]
    differences: Sequence[Difference]

    @property
    def empty(self) -> bool:
        """Whether nothing could be read from the file."""
        return set(self.facts) <= {"form"} or self.facts.get("form") == "unknown"


class FileForm(ActForm):
    """A form with a licence file. Checked and not fitting, it comes back with the comparison to acknowledge."""

    file = FileField(lazy_gettext("Licence file"))
    held = HiddenField()
    acknowledged = SelectMultipleField(choices=[SelectChoice(name, name) for name in FIELDS])
    file_reason = reason_field(lazy_gettext("Why it is right all the same"), needed=False)

    _uploaded: Named | None = None

    def uploaded(self) -> Named | None:
        """The file that was chosen, or the one held since the last look; None without one. Raises Refused."""
        if self._uploaded is None:
            chosen: Any = self.file.data
            if chosen:
                self._uploaded = (chosen.filename, chosen.read())
            elif self.held.data:
                try:
                    self._uploaded = held(self.held.data, actor())[0]
                except NotFound as gone:
                    self.held.data = ""
                    raise Refused(gone.message).at("file") from None
        return self._uploaded

    def compared(self, db: Session, expected: Expected, set_id: int | None = None) -> Comparison | None:
        """The file beside what is expected; held from now on, so that it need not be chosen again."""
        try:
            upload = self.uploaded()
            if upload is None:
                return None
            name = check_file(*upload)
        except Refused as refusal:
            self.tell(refusal)
            return None
        facts, differences = comparison_of(db, name, upload[1], expected, set_id)
        self.held.data = hold([upload], actor())
        return Comparison(masked_name(name), len(upload[1]), facts.as_dict(), differences)
