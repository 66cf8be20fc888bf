"""relations by kind and by source.

Revision: 0004
Follows: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here."""
    op.create_index("ix_relation_kind", "relation", ["kind", "pair"])
    op.create_index("ix_relation_source", "relation", ["source", "pair"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_relation_source", "relation")
    op.drop_index("ix_relation_kind", "relation")
