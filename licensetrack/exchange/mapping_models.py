"""The table of named column mappings: how the columns of somebody else's export are ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class ColumnMapping(Base):
    """A mapping that was saved: kind of ledger, field → heading, field → fixed value, field → their word → ours."""

    __tablename__ = "column_mapping"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    columns: Mapped[dict[str, Any]] = mapped_column(JsonText)
    fixed: Mapped[dict[str, Any]] = mapped_column(JsonText)
    words: Mapped[dict[str, Any]] = mapped_column(JsonText)
    version: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    login: Mapped[str] = mapped_column(String(80))
