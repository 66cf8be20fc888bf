"""amounts, and relations by how many take part.

Revision: 0010
Follows: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "amount",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["n"], ["fact.n"]),
        sa.PrimaryKeyConstraint("n", "name", "part"),
    )
    _relations(sa.Column("multilateral", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Take it back."""
    _relations()
    op.drop_table("amount")


def _relations(*more: sa.Column[bool]) -> None:
    """Make the table anew: its key is another, and rows only ever come with a whole release."""
    key = ("pair", "source", "kind", "modality", "granularity", *(column.name for column in more))
    op.drop_table("relation")
    op.create_table(
        "relation",
        sa.Column("pair", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("modality", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("granularity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        *more,
        sa.Column("a", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("b", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["a"], ["country.id"]),
        sa.ForeignKeyConstraint(["b"], ["country.id"]),
        sa.ForeignKeyConstraint(["source"], ["source.id"]),
        sa.PrimaryKeyConstraint(*key),
    )
    op.create_index("ix_relation_a", "relation", ["a", "pair"])
    op.create_index("ix_relation_b", "relation", ["b", "pair"])
    op.create_index("ix_relation_kind", "relation", ["kind", "pair"])
    op.create_index("ix_relation_source", "relation", ["source", "pair"])
