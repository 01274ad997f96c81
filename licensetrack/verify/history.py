"""Every check of books and files that was made, with what it asked and what it found: rows that are only added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base, row_with_id

BOOKS, FILES = "books", "files"
KINDS = (BOOKS, FILES)
WHOLE = ""


class CheckRun(Base):
    """One check. `asked` counts invariants or files; `broken` holds each that failed with up to five examples, and
    whether it `stops` all writing.

    `part` is empty for a whole check, else "3/7": the third of seven shares of the files.
    """

    __tablename__ = "check_run"
    __table_args__ = (
        CheckConstraint("kind IN ('books', 'files')", name="kind"),
        Index("ix_check_run_kind_began_at", "kind", "began_at"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    part: Mapped[str] = mapped_column(String(10))
    began_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime] = mapped_column(Instant)
    asked: Mapped[int]
    broken: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    login: Mapped[str] = mapped_column(String(80))

    @property
    def stopping(self) -> list[dict[str, Any]]:
        """Of what is broken, that which stops all writing."""
        return [one for one in self.broken if one.get("stops", True)]

    @property
    def green(self) -> bool:
        """Whether all holds on which the books rest."""
        return not self.stopping


def check_runs(db: Session, *, most: int = 50, start: int = 0) -> Sequence[CheckRun]:
    """Checks, the newest first."""
    return db.scalars(select(CheckRun).order_by(CheckRun.id.desc()).limit(most).offset(start)).all()


def how_many(db: Session) -> int:
    """How many checks there were."""
    return db.scalar(select(func.count()).select_from(CheckRun)) or 0


def check_run(db: Session, run_id: int) -> CheckRun:
    """One check. Raises NotFound."""
    return row_with_id(db, CheckRun, run_id)


def newest_whole(db: Session, kind: str) -> CheckRun | None:
    """The newest check of this kind that left nothing out."""
    query = select(CheckRun).where(CheckRun.kind == kind, CheckRun.part == WHOLE)
    return db.scalars(query.order_by(CheckRun.id.desc()).limit(1)).first()
