"""Ledgers that came before what they refer to: kept, counted nowhere, and taken in by the load that brings it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ForeignKey, Identity, String, UniqueConstraint, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.blobs import Blob
from licensetrack.core.columns import BigId, Instant, instant_text
from licensetrack.core.db import Base, insert_rows, transaction
from licensetrack.core.errors import NotFound

FOR_UNITS = "This ledger is kept and waits for the unit directory (单位名录); nothing of it is counted yet."
FOR_SETS = "This ledger is kept and waits for the issue ledger (授权发放台账); nothing of it is counted yet."
TAKEN_IN = "This ledger has waited since %(day)s and is taken in now."
STILL_WAITS = "This ledger has waited since %(day)s and still waits; nothing of it is counted yet."


class WaitingSheet(Base):
    """One sheet of a stored file that waits. Sheets that came in one load share the instant at which they were kept."""

    __tablename__ = "waiting_sheet"
    __table_args__ = (UniqueConstraint("blob_id", "sheet"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    sheet: Mapped[str] = mapped_column(String(255))
    kept_at: Mapped[dt.datetime] = mapped_column(Instant)


class Kept(NamedTuple):
    """A sheet that waits, with the file it is in."""

    id: int
    blob_id: int
    sheet: str
    kept_at: dt.datetime
    name: str
    digest: str


def kept_sheets(db: Session) -> list[Kept]:
    """Every sheet that waits, in the order in which they came."""
    s = WaitingSheet
    query = select(s.id, s.blob_id, s.sheet, s.kept_at, Blob.name, Blob.digest).join(Blob, Blob.id == s.blob_id)
    return [Kept(*row) for row in db.execute(query.order_by(s.id))]


def claim(db: Session) -> None:
    """One load at a time: on SQLite the writer is alone anyway, on PostgreSQL the next one waits here."""
    if db.connection().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE waiting_sheet IN SHARE ROW EXCLUSIVE MODE"))


def keep(db: Session, sheets: Iterable[tuple[int, str]], at: dt.datetime) -> None:
    """Puts sheets (blob id, name) among those that wait; part of the caller's act, so audited there."""
    rows = [(blob_id, sheet, instant_text(at)) for blob_id, sheet in sheets]
    insert_rows(db, "waiting_sheet", ("blob_id", "sheet", "kept_at"), rows)


def release(db: Session, ids: Collection[int]) -> None:
    """Takes sheets from among those that wait; part of the caller's act."""
    db.execute(delete(WaitingSheet).where(WaitingSheet.id.in_(ids)).execution_options(synchronize_session=False))


def withdraw(name: str, *, actor: Actor) -> list[str]:
    """Waits no longer for what a file of this name refers to; it stays stored. Returns its sheets.

    Raises NotFound where no file of this name waits.
    """
    require(actor, "exchange:ledger:load")
    with transaction() as db:
        claim(db)
        found = [kept for kept in kept_sheets(db) if kept.name == name]
        if not found:
            raise NotFound("No file “%(name)s” waits.", name=name)
        release(db, [kept.id for kept in found])
        sheets = [kept.sheet for kept in found]
        audit.record(db, "exchange:ledger:withdraw", f"file:{name}", actor, sheets=sheets, digest=found[0].digest)
    return sheets
