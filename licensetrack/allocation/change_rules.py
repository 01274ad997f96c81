"""Rules of changes: what a fact says against what the set shows on that day, nothing or a refusal in words out."""

from __future__ import annotations

from licensetrack.allocation.fold import Fact
from licensetrack.allocation.shown import Shown
from licensetrack.core.errors import Refused


def check_other_unit(held_by: int, to: int) -> None:
    """A relocation leads elsewhere. Raises Refused."""
    if held_by == to:
        raise Refused("The set is held by this very unit; for another room or platform there is an act of its own.").at(
            "to"
        )


def check_move(shown: Shown, fact: Fact) -> None:
    """A move names another platform or another room. Raises Refused."""
    said = fact.details or {}
    if not said.get("platform") and not said.get("site"):
        raise Refused("Say the new platform or the new room.").at("site")
    if said.get("platform", shown.platform) == shown.platform and said.get("site", shown.site) == shown.site:
        raise Refused("The set stands there already.").at("site" if "site" in said else "platform")


def check_replacement(shown: Shown, fact: Fact) -> None:
    """The old host is the one that the set shows on that day, the new one is another. Raises Refused."""
    said = fact.details or {}
    old, new = said.get("old_fingerprint", ""), said.get("fingerprint", "")
    if not new:
        raise Refused("The fingerprint of the new host is missing.").at("new_fingerprint")
    if _plain(old) != _plain(shown.fingerprint) and shown.fingerprint:
        raise Refused("On %(on)s the set's host was “%(fingerprint)s”, not “%(said)s”.",
                      on=fact.on, fingerprint=shown.fingerprint, said=old).at("old_fingerprint")  # fmt: skip
    if _plain(new) == _plain(shown.fingerprint or old):
        raise Refused("The new host has the fingerprint of the old one.").at("new_fingerprint")


def check_renewal(shown: Shown, fact: Fact) -> None:
    """A renewal names a later end of support or validity. Raises Refused."""
    said = fact.details or {}
    if not said.get("support_end") and not said.get("valid_until"):
        raise Refused("Say until when the set is renewed.").at("valid_until")
    for name in ("support_end", "valid_until"):
        new, before = said.get(name, ""), getattr(shown, name)
        if new and new <= fact.on.isoformat():
            raise Refused("A renewal of %(on)s can not end on %(end)s.", on=fact.on, end=new).at(name)
        if new and new <= before:
            raise Refused("That is no renewal: it stands until %(end)s already.", end=before).at(name)


def check_upgrade(shown: Shown, fact: Fact) -> None:
    """An upgrade names another edition. Raises Refused."""
    edition = (fact.details or {}).get("edition", "")
    if not edition:
        raise Refused("Say the new edition.").at("edition")
    if _plain(edition) == _plain(shown.edition):
        raise Refused("The set has the edition “%(edition)s” already.", edition=shown.edition).at("edition")


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
