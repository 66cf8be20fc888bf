"""dates that last for one day told from those that last for some.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.add_column("moment", sa.Column("lasts", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE moment SET lasts = "
        "CASE WHEN latest IS NULL THEN 3 WHEN long THEN 2 WHEN starts = latest THEN 0 ELSE 1 END"
    )
    with op.batch_alter_table("moment") as batch_op:
        batch_op.alter_column("lasts", server_default=None)
        batch_op.drop_index("ix_moment_long")
        batch_op.drop_column("long")
        batch_op.create_index("ix_moment_lasts", ["lasts", "first", "last", "starts", "latest"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.add_column("moment", sa.Column("long", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE moment SET long = (lasts >= 2)")
    with op.batch_alter_table("moment") as batch_op:
        batch_op.alter_column("long", server_default=None)
        batch_op.drop_index("ix_moment_lasts")
        batch_op.drop_column("lasts")
        batch_op.create_index("ix_moment_long", ["long", "first", "last", "starts", "latest"], unique=False)
