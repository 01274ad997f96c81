"""/metrics for Prometheus: closed unless the environment opens it, to a bearer of its token or to this very machine."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Settings
from licensetrack.core import db, milestones
from licensetrack.core.clock import now
from licensetrack.jobs.leading import leader
from licensetrack.notices.queries import deliveries_by_state
from licensetrack.upkeep import state
from licensetrack.web import request_counts
from licensetrack.web.access import public

metrics = Blueprint("metrics", __name__)
LOOPBACK = ("127.0.0.1", "::1")


@metrics.get("/metrics")
@public
def page() -> Response:
    """Counts of requests, and how database, worker, jobs and backups stand. 404 to whoever may not know."""
    settings: Settings = current_app.config["LICENSETRACK"]
    if not _may_ask(settings):
        abort(404)
    return Response(request_counts.exposition(Facts()), content_type=CONTENT_TYPE_LATEST)


def _may_ask(settings: Settings) -> bool:
    token = settings.metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    through_proxy = "X-Forwarded-For" in request.headers
    return settings.metrics_loopback and request.remote_addr in LOOPBACK and not through_proxy


class Facts(Collector):
    """What the database tells at the moment it is asked; the same from every process."""

    def collect(self) -> Iterator[Any]:
        """Whether the database answers, and if so all the rest."""
        try:
            with db.reading() as session:
                found = list(_facts(session))
        except SQLAlchemyError:
            found = []
        yield _gauge("database_up", "Whether the database answers", 1 if found else 0)
        yield from found


def _facts(session: Session) -> Iterator[Any]:
    yield _by_state("jobs", "Jobs by state", state.jobs_by_state(session))
    yield _by_state("deliveries", "Mails and webhook calls by state", deliveries_by_state(session))
    yield _gauge("outbox_waiting", "Messages that nobody took yet", state.waiting_messages(session))
    yield _gauge("sessions_open", "Sessions that have not ended", state.open_sessions(session))
    yield _gauge("worker_up", "Whether a worker holds its lease", int(leader(session) is not None))
    for name in (milestones.BACKUP, milestones.VERIFY):
        last = state.last(session, name)
        if last is not None:
            yield _gauge(f"{name}_good", f"Whether the last {name} went well", int(last.good))
            if last.good_at is not None:
                age = (now() - last.good_at).total_seconds()
                yield _gauge(f"{name}_age_seconds", f"Seconds since the last {name} that went well", age)
    in_use = getattr(db.engine().pool, "checkedout", None)
    if in_use is not None:
        yield _gauge("database_connections_in_use", "Connections of this process that are taken out", in_use())


def _gauge(name: str, said: str, value: float) -> Any:
    return GaugeMetricFamily(f"licensetrack_{name}", said, value=value)


def _by_state(name: str, said: str, counts: dict[str, int]) -> Any:
    family = GaugeMetricFamily(f"licensetrack_{name}", said, labels=["state"])
    for each, count in counts.items():
        family.add_metric([each], count)
    return family
