"""Which worker leads, as everybody else sees it: pages, probes, and the workers that wait for their turn."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from licensetrack.core.leases import Lease, database_now

LEADER = "worker"  # the name of its lease


def leader(db: Session) -> Lease | None:
    """The worker that leads now, None where none does: nothing is done by the clock then."""
    lease = db.get(Lease, LEADER)
    return lease if lease is not None and lease.expires_at > database_now(db) else None


def silence(db: Session) -> dt.timedelta | None:
    """How long ago the last leader's lease ran out, negative while it holds; None where no worker ever ran."""
    lease = db.get(Lease, LEADER)
    return None if lease is None else database_now(db) - lease.expires_at
