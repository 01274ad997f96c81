"""The table of what is typed in a draft: one row a part, so that two people can write two parts at the same time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class EvaluationPart(Base):
    """A part of a draft as it was typed: `header`, `mark:C11` or `section:…`; `revision` counts its changes.

    Parts come with the first thing typed on a page; until then the draft's paper says the same. Once the evaluation is
    signed they are evidence of what was typed, and the database refuses changes.
    """

    __tablename__ = "evaluation_part"
    __table_args__ = (UniqueConstraint("evaluation_id", "place"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    place: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    typed: Mapped[dict[str, str]] = mapped_column(JsonText)
    revision: Mapped[int]
    edited_at: Mapped[dt.datetime] = mapped_column(Instant)
    edited_by: Mapped[str] = mapped_column(String(80))
