"""What a teller is given and gives: the act, and who is to hear what of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.accounts.models import User


@dataclass(frozen=True)
class Act:
    """One message of the outbox, and who acted (None: the program itself, or nobody knows)."""

    db: Session
    tag: str
    payload: Mapping[str, Any]
    actor: User | None

    @property
    def action(self) -> str:
        """The last word of the tag."""
        return self.tag.rpartition(":")[2]

    @property
    def by_unit(self) -> bool:
        """Whether a person of a unit acted."""
        return self.actor is not None and self.actor.scope_kind == "unit"


@dataclass(frozen=True)
class Telling:
    """One notice to post; `link` is a path of the site. Without `dedupe` the message itself is what is told once."""

    kind: str
    to: Collection[int]
    subject: str
    link: str
    told: Mapping[str, Any] = field(default_factory=dict)
    unit_id: int | None = None
    dedupe: str | None = None


Teller = Callable[[Act], Iterable[Telling]]
