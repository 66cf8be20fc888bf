"""places of facts in lists, in both orders, and counts of the ends of spans of time.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TOLD = ("n", "kind", "modality", "granularity", "earliest", "latest")


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "elapsed",
        sa.Column("span", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("side", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("modality", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("span", "side", "kind", "modality", "day"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("fact") as batch_op:
        batch_op.drop_index("ix_fact_id_rank")
        batch_op.drop_index("ix_fact_told")
        batch_op.create_index("ix_fact_told", [*_TOLD[:4], "voice", *_TOLD[4:], "place"], unique=False)
    # What compiled tables hold is compiled anew by every load: they need not be altered row by row.
    op.drop_table("posting")
    op.create_table(
        "posting",
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posting_rank", "posting", ["term", "rank"], unique=True)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("posting")
    op.create_table(
        "posting",
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "n"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("fact") as batch_op:
        batch_op.drop_index("ix_fact_told")
        batch_op.create_index("ix_fact_told", [*_TOLD], unique=False)
        batch_op.create_index("ix_fact_id_rank", ["kind", "modality", "id_rank"], unique=False)
    op.drop_table("elapsed")
