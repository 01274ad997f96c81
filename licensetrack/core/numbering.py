"""Numbers of papers without a hole: one counter for each series, moved in the transaction of the paper it numbers."""

from __future__ import annotations

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.db import Base
from licensetrack.core.statements import insert_for


class NumberSeries(Base):
    """The last number that a series gave out; whoever takes the next one holds the row until the commit."""

    __tablename__ = "number_series"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


def next_number(db: Session, series: str, *, above: int = 0) -> int:
    """The next number of a series, from 1, and beyond `above` where others were given out by hand.

    Rolled back with the caller's transaction, so no number is lost and none is given twice.
    """
    db.execute(insert_for(db, NumberSeries).values(name=series, last=0).on_conflict_do_nothing())
    taken = (
        update(NumberSeries)
        .where(NumberSeries.name == series, NumberSeries.last < above)
        .values(last=above)
        .execution_options(synchronize_session=False)
    )
    if above:
        db.execute(taken)
    step = update(NumberSeries).where(NumberSeries.name == series).values(last=NumberSeries.last + 1)
    return int(
        db.execute(step.returning(NumberSeries.last), execution_options={"synchronize_session": False}).scalar_one()
    )
