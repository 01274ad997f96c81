"""What can be asked for, as data: which facts a line of each kind states, and which of them it can not do without."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

NEW, EXPANSION, RENEWAL = "new", "expansion", "renewal"
FORMALIZE, MIGRATION, RETURN = "formalize", "migration", "return"


@dataclass(frozen=True)
class LineKind:
    """One kind of line: the fields its form shows, in order, and those that must be filled in.

    `set_kind` says which sets of the unit it can be about: none, `any` held one, or a `temporary` one.
    """

    fields: tuple[str, ...]
    needed: tuple[str, ...]
    set_kind: str = ""

    @property
    def asks_cpus(self) -> bool:
        """Whether the line asks for a CPU quantity."""
        return "cpus" in self.fields


KINDS = MappingProxyType(
    {
        NEW: LineKind(
            (
                "product", "license_kind", "platform", "site", "edition", "cpus", "hosts", "fingerprint", "valid_until",
                "wanted_on", "reason",
            ),
            ("product", "license_kind", "platform"),
        ),
        EXPANSION: LineKind(("set", "cpus", "hosts", "wanted_on", "reason"), ("set", "cpus"), "any"),
        RENEWAL: LineKind(("set", "valid_until", "wanted_on", "reason"), ("set", "valid_until"), "any"),
        FORMALIZE: LineKind(
            ("set", "edition", "cpus", "hosts", "fingerprint", "wanted_on", "reason"), ("set",), "temporary"
        ),
        MIGRATION: LineKind(
            ("set", "platform", "site", "hosts", "fingerprint", "wanted_on", "reason"), ("set", "reason"), "any"
        ),
        RETURN: LineKind(("set", "wanted_on", "reason"), ("set", "reason"), "any"),
    }
)  # fmt: skip
