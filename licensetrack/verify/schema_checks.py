"""The schema as a thing: at the newest migration, as the models say, with the triggers that keep what happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import licensetrack.accounts.models
import licensetrack.allocation.models
import licensetrack.core.audit
import licensetrack.core.blobs
import licensetrack.core.idempotency
import licensetrack.core.job_queue
import licensetrack.core.job_schedules
import licensetrack.core.leases
import licensetrack.core.numbering
import licensetrack.core.outbox
import licensetrack.core.read_only
import licensetrack.core.settings
import licensetrack.handover.acceptance_models
import licensetrack.handover.models
import licensetrack.inventory.models
import licensetrack.measures.month_models
import licensetrack.notices.models
import licensetrack.performance.draft_models
import licensetrack.performance.evidence_models
import licensetrack.performance.framework_models
import licensetrack.performance.models
import licensetrack.performance.monitoring_models
import licensetrack.procurement.contract_models
import licensetrack.procurement.models
import licensetrack.procurement.survey_models
import licensetrack.reminders.models
import licensetrack.requests.models
import licensetrack.support.bulletin_models
import licensetrack.support.handling_models
import licensetrack.support.models
import licensetrack.units.models
import licensetrack.verify.history  # noqa: F401
from licensetrack.core import schema
from licensetrack.core.db import Base

APPEND_ONLY = (
    "audit_entry", "budget_entry", "cap_change", "evaluation_snapshot", "evaluation_step", "evaluation_trace",
    "ledger_event", "license_file", "license_file_access", "receipt", "request_event", "request_version",
    "acceptance_certificate", "certificate_line", "import_attempt",
    "evidence_file", "evidence_link", "unit_event",
    "framework_step", "framework_version", "target_record",
    "monitoring_step", "monitoring_snapshot", "follow_up_step",
    "host_scan", "scan_coverage", "deployed_host", "core_rule", "difference_step",
    "demand_line", "price_line",
    "check_run", "month_closing", "month_figure", "month_report", "reminder",
    "service_step", "service_limit", "working_year", "service_paper", "bulletin_step",
)  # fmt: skip
_TRIGGERS = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'""",
}


def versions(connection: Connection) -> Iterator[str]:
    """A database that is behind, or ahead of, the program."""
    recorded, newest = MigrationContext.configure(connection).get_current_heads(), schema.newest()
    if recorded != (newest,):
        yield f"the database is at {', '.join(recorded) or 'no migration'}, the program at {newest}"


def differences(connection: Connection) -> Iterator[str]:
    """Columns, indexes and keys that are not as the models say, and missing tables; other rooms' tables are theirs."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
    for difference in compare_metadata(context, Base.metadata):
        yield str(difference)[:200]


def _is_ours(_thing: Any, _name: str | None, kind: str, reflected: bool, model: Any) -> bool:
    return not (kind == "table" and reflected and model is None)


def guards(connection: Connection) -> Iterator[str]:
    """Tables of what happened that would let themselves be changed: a trigger is gone or switched off."""
    found: dict[str, str] = {}
    for table, definition in connection.execute(text(_TRIGGERS[connection.dialect.name])):
        found[table] = found.get(table, "") + " " + definition.upper()
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            if verb not in found.get(table, ""):
                yield f"{table} does not refuse {verb}"
