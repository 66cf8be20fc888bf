"""counts of whole collections.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "counted",
        sa.Column("parameter", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("modality", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("aggregates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("parameter", "value", "kind", "modality", "source"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("term") as batch_op:
        batch_op.drop_column("aggregates")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("term") as batch_op:
        batch_op.add_column(sa.Column("aggregates", sa.Integer(), nullable=False))
    op.drop_table("counted")
