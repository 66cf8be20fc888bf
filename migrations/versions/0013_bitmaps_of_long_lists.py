"""bitmaps of long lists, instead of the places of facts in them.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "bitmap",
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term"),
    )
    op.drop_column("posting", "place")


def downgrade() -> None:
    """Take it back."""
    op.add_column("posting", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("posting") as batch_op:
        batch_op.alter_column("place", server_default=None)
    op.drop_table("bitmap")
