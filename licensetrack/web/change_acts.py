"""The acts on a set that pages offer: for each its permission, its form, what it does in a sentence, and its verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import SetRow
from licensetrack.allocation.stages import SET_MOVES, TEMPORARY
from licensetrack.web import change_forms as forms
from licensetrack.web.acts import ActForm
from licensetrack.web.chosen_unit import unit_named

Verb = Callable[[Session, LicenseSet, Any, dict[str, Any]], object]


@dataclass(frozen=True)
class Act:
    """One act. `action` is its name in the table of moves; `fields` stand in the order in which they are filled in."""

    name: str
    action: str
    permission: str
    label: Any
    does: Any
    form: type[ActForm]
    fields: tuple[str, ...]
    verb: Verb
    ends: bool = False

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.name.replace("_", "-")

    def is_possible(self, row: SetRow) -> bool:
        """Whether the set's stage and kind allow it."""
        if (row.stage, self.action) not in SET_MOVES:
            return False
        if self.name in ("expand", "shrink"):
            return row.cpus is not None
        return self.name != "formalize" or row.kind == TEMPORARY

    def defaults(self, row: SetRow) -> dict[str, Any]:
        """What the fields hold before anybody typed."""
        known: dict[str, Any] = {"old_fingerprint": row.fingerprint}
        if self.name == "formalize":
            known |= {"cpus": row.cpus, "edition": row.edition, "fingerprint": row.fingerprint}
        return {name: value for name, value in known.items() if name in self.fields}


def _expand(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    return life.expand_set(found, cpus=form.cpus.data, **how)


def _shrink(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    return life.shrink_set(found, cpus=form.cpus.data, **how)


def _relocate(db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    to = unit_named(db, form.to.data or "", how["actor"].scope)
    return life.relocate_set(
        found, to, platform=form.platform.data or "", site=form.site.data or "",
        fingerprint=found.fingerprint if form.same_host.data else "", **how,
    )  # fmt: skip


def _move(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    return life.move_set(found, platform=form.platform.data or "", site=form.site.data or "", **how)


def _replace_host(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    old, new = form.old_fingerprint.data or "", form.new_fingerprint.data or ""
    return life.replace_host(found, old_fingerprint=old, new_fingerprint=new, **how)


def _renew(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    return life.renew_set(found, support_end=form.support_end.data, valid_until=form.valid_until.data, **how)


def _upgrade(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    return life.upgrade_set(found, edition=form.edition.data or "", **how)


def _formalize(_db: Session, found: LicenseSet, form: Any, how: dict[str, Any]) -> object:
    details = {"edition": (form.edition.data or "").strip(), "fingerprint": (form.fingerprint.data or "").strip()}
    if form.support_end.data:
        details["support_end"] = form.support_end.data.isoformat()
    return life.formalize_set(
        found, (form.number.data or "").strip(), cpus=form.cpus.data, details=details, **how
    )  # fmt: skip


def _plain(verb: Callable[..., object]) -> Verb:
    return lambda _db, found, _form, how: verb(found, **how)


_ALL = (
    Act(
        "expand", "expand", "allocation:set:expand", _l("Expand"),
        _l("Adds CPUs to this set from its day on; it makes no new set, so the number of sets stays."),
        forms.CpusForm, ("on", "cpus", "reason"), _expand,
    ),
    Act(
        "shrink", "shrink", "allocation:set:shrink", _l("Reduce"),
        _l("Takes CPUs from this set from its day on; the set stays. A revocation code is awaited for its host."),
        forms.CpusForm, ("on", "cpus", "reason"), _shrink,
    ),
    Act(
        "relocate", "relocate", "allocation:set:relocate", _l("Relocate to another unit"),
        _l("From its day on the set counts at the other unit, with all its CPUs; the city's sum stays as it is."),
        forms.RelocateForm, ("on", "to", "platform", "site", "same_host", "reason"), _relocate,
    ),
    Act(
        "move", "move", "allocation:set:move", _l("Move to another room or platform"),
        _l("The set stays with its unit; no figure changes."),
        forms.MoveForm, ("on", "site", "platform", "reason"), _move,
    ),
    Act(
        "replace_host", "replace_host", "allocation:set:replace_host", _l("Replace the host"),
        _l("Another host bears the set; no figure changes. The old host's revocation code is awaited for sixty days."),
        forms.HostForm, ("on", "old_fingerprint", "new_fingerprint", "reason"), _replace_host,
    ),
    Act(
        "renew", "renew", "allocation:set:renew", _l("Renew"),
        _l("Support or validity lasts longer; no figure changes."),
        forms.RenewForm, ("on", "valid_until", "support_end", "reason"), _renew,
    ),
    Act(
        "upgrade", "upgrade", "allocation:set:upgrade", _l("Upgrade"),
        _l("Another edition of the same product; no figure changes."),
        forms.UpgradeForm, ("on", "edition", "reason"), _upgrade,
    ),
    Act(
        "formalize", "supersede", "allocation:set:supersede", _l("Make formal"),
        _l("The temporary set ends and a formal one begins on the same day; no day counts both. Platform and room are"
           " taken over."),
        forms.FormalForm, ("on", "number", "cpus", "edition", "fingerprint", "support_end"), _formalize,
    ),
    Act(
        "return", "return", "allocation:set:return", _l("Return the set"),
        _l("The set ends and counts no more from its day on, with all its CPUs."),
        forms.ChangeForm, ("on", "reason"), _plain(life.return_set), ends=True,
    ),
    Act(
        "revoke", "revoke", "allocation:set:revoke", _l("Revoke the set"),
        _l("The centre withdraws the set; it counts no more from its day on, with all its CPUs."),
        forms.ChangeForm, ("on", "reason"), _plain(life.revoke_set), ends=True,
    ),
    Act(
        "void", "void", "allocation:set:void", _l("Void the set"),
        _l("Ends a set that was issued by mistake. Say the day of its issue and it never counted."),
        forms.ChangeForm, ("on", "reason"), _plain(life.void_set), ends=True,
    ),
)  # fmt: skip
ACTS = {act.name: act for act in _ALL}


def acts_for(row: SetRow, visitor: Actor) -> list[Act]:
    """What the visitor may do with the set as it stands."""
    return [act for act in _ALL if act.is_possible(row) and allows(visitor, act.permission)]
