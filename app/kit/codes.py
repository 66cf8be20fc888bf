"""Code lists: enumerations in which every code carries its definition; what that means for a fact is not said here."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A closed list. A member is written `name = "value", "definition"`; it is its value, a string."""

    definition: str
    # Of the string that it is and equals; an enumeration's own is Python code.
    __hash__ = str.__hash__

    def __new__(cls, value: str, definition: str) -> Self:
        """Make the member a string that knows its definition."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.definition = definition
        return member

    @classmethod
    def list_name(cls) -> str:
        """Return the list's name in addresses: `DealStatus` is `deal_status`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
