"""full-text search.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_table(
        "indexed",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("texts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    with op.batch_alter_table("indexed", schema=None) as batch_op:
        batch_op.create_index("ix_indexed_id", ["kind", "id"], unique=True)
    # Folded words only, which each engine takes as they are; `_` keeps two texts of one field apart.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search USING fts5("
            "name, summary, passage, party, content='', tokenize=\"ascii tokenchars '_'\")"
        )
    else:
        op.execute("CREATE TABLE search (rowid integer PRIMARY KEY, search tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_search ON search USING gin (search)")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("search")
    with op.batch_alter_table("indexed", schema=None) as batch_op:
        batch_op.drop_index("ix_indexed_id")
    op.drop_table("indexed")
