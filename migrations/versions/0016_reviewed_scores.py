"""Reviewed scores beside the unit's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


# Columns are added and dropped as they stand: a table that is made anew would lose the triggers that keep signed rows.
def upgrade() -> None:
    op.add_column("evaluation", sa.Column("own_total", sa.String(length=40), nullable=True))
    op.add_column("evaluation", sa.Column("reviews", sa.Text(), server_default="{}", nullable=False))
    op.add_column("indicator_result", sa.Column("own_score", sa.String(length=40), nullable=True))
    op.add_column("indicator_result", sa.Column("review_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("indicator_result", "review_reason")
    op.drop_column("indicator_result", "own_score")
    op.drop_column("evaluation", "reviews")
    op.drop_column("evaluation", "own_total")
