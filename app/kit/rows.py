"""Tables as classes: what a row of ours is; which there are, is others' to say."""

from __future__ import annotations

from sqlmodel import SQLModel


class Row(SQLModel):
    """A row that is written and read by its columns: nothing is validated by it, so no validator is made at start."""

    model_config = {"defer_build": True}
