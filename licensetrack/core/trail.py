"""Reading the audit trail: search and filter it, page through it by number, lay one entry out field by field."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.errors import NotFound

PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; an empty filter lets all pass. Days are business days, both included.

    `subject` with a colon ("set:SQ-2024-0001") is that very record, without one a part of any.
    """

    text: str = ""
    actor: str = ""
    tag: str = ""
    subject: str = ""
    outcome: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any((self.text, self.actor, self.tag, self.subject, self.outcome, self.first, self.last))


@dataclass(frozen=True)
class Page:
    """Some entries, the newest first; `older` and `newer` are the numbers to go on from, None at an end."""

    entries: list[AuditEntry]
    total: int
    older: int | None
    newer: int | None


def page_of_entries(
    db: Session, wanted: Wanted, *, before: int | None = None, after: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """The newest matching entries, those before a number, or those after one."""
    total = int(db.scalar(_matching(select(func.count()), wanted)) or 0)
    query = _matching(select(AuditEntry), wanted)
    if after is not None:
        rows = db.scalars(query.where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(size)).all()
        entries = list(reversed(rows))
    else:
        if before is not None:
            query = query.where(AuditEntry.seq < before)
        entries = list(db.scalars(query.order_by(AuditEntry.seq.desc()).limit(size)))
    if not entries:
        return Page([], total, None, None)
    least, most = entries[-1].seq, entries[0].seq
    return Page(entries, total, *(
        seq if db.scalar(_matching(select(AuditEntry.seq), wanted).where(beyond).limit(1)) is not None else None
        for seq, beyond in ((least, AuditEntry.seq < least), (most, AuditEntry.seq > most))
    ))  # fmt: skip


def all_entries(db: Session, wanted: Wanted) -> Iterator[AuditEntry]:
    """Every matching entry in order of its number, fetched in portions."""
    query = _matching(select(AuditEntry), wanted).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    yield from db.scalars(query)


def entry(db: Session, seq: int) -> AuditEntry:
    """One entry by its number. Raises NotFound."""
    found = db.get(AuditEntry, seq)
    if found is None:
        raise NotFound("There is no audit entry %(seq)s.", seq=seq)
    return found


def tags(db: Session) -> list[str]:
    """Every tag that the trail holds."""
    return list(db.scalars(select(AuditEntry.tag).distinct().order_by(AuditEntry.tag)))


class Laid(NamedTuple):
    """One field of an entry: what it was and what it became, or just what was said of it (`old` is None then)."""

    field: str
    old: str | None
    new: str


def laid_out(details: str) -> list[Laid]:
    """An entry's details field by field; a change shows its old value beside its new one."""
    said: dict[str, Any] = json.loads(details)
    rows: list[Laid] = []
    for name, pair in (said.pop("changed", None) or {}).items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        rows.append(Laid(name, _text(old), _text(new)))
    if "old" in said and "new" in said:
        rows += _beside("", said.pop("old"), said.pop("new"))
    elif isinstance(said.get("new"), dict):
        rows += [Laid(name, None, _text(value)) for name, value in said.pop("new").items()]
    for name, value in said.items():
        if isinstance(value, dict):
            rows += [Laid(f"{name}.{key}", None, _text(one)) for key, one in value.items()]
        else:
            rows.append(Laid(name, None, _text(value)))
    return rows


def _beside(name: str, old: Any, new: Any) -> list[Laid]:
    if isinstance(old, dict) or isinstance(new, dict):
        before, after = (value if isinstance(value, dict) else {} for value in (old, new))
        return [Laid(key, _text(before.get(key)), _text(after.get(key))) for key in sorted({*before, *after})]
    return [Laid(name, _text(old), _text(new))]


def _text(value: Any) -> str:
    """A value as it is read: JSON's own writing for what is no text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _matching(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.select_from(AuditEntry)
    if wanted.text:
        found = (AuditEntry.details, AuditEntry.subject, AuditEntry.actor, AuditEntry.tag, AuditEntry.operation)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in found)))
    for column, value in ((AuditEntry.actor, wanted.actor), (AuditEntry.tag, wanted.tag)):
        if value:
            query = query.where(column == value)
    if wanted.outcome:
        query = query.where(AuditEntry.outcome == wanted.outcome)
    if ":" in wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    elif wanted.subject:
        query = query.where(AuditEntry.subject.icontains(wanted.subject, autoescape=True))
    if wanted.first:
        query = query.where(AuditEntry.at >= _midnight(wanted.first))
    if wanted.last:
        query = query.where(AuditEntry.at < _midnight(wanted.last + dt.timedelta(days=1)))
    return query


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), BUSINESS_ZONE)
