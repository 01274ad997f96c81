"""Alembic's environment: the models' metadata on one side, the database's own transaction on the other."""

from __future__ import annotations

from alembic import context

import licensetrack.accounts.models
import licensetrack.allocation.models
import licensetrack.core.audit
import licensetrack.core.blobs
import licensetrack.core.idempotency
import licensetrack.core.job_queue
import licensetrack.core.job_schedules
import licensetrack.core.leases
import licensetrack.core.milestones
import licensetrack.core.numbering
import licensetrack.core.outbox
import licensetrack.core.read_only
import licensetrack.core.settings
import licensetrack.exchange.mapping_models
import licensetrack.exchange.waiting
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
from licensetrack.core.db import Base, make_engine

if context.is_offline_mode():
    raise SystemExit("Migrations need a database to talk to.")
engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
try:
    with engine.begin() as connection:  # DDL is transactional on both databases: a migration cut off leaves nothing
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
        context.run_migrations()
finally:
    engine.dispose()
