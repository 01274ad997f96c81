"""When the time to restore was used up, on the row of a service order that counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_order", sa.Column("restore_due", sa.DateTime(), nullable=True))
    # Orders in hand know it; what their older versions would have said is not known any more.
    op.execute(
        "UPDATE service_order SET restore_due = (SELECT c.restore_due FROM service_case c"
        " WHERE c.number = service_order.number) WHERE superseded_at IS NULL"
    )


def downgrade() -> None:
    op.drop_column("service_order", "restore_due")
