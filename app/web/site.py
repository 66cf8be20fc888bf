"""What the explorer is told about the house it shows, and what a page is; no page is made here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from app.web.questions import Questions


@dataclass(frozen=True)
class Site:
    """The service as pages show it.

    kinds, catalogues: kind → collection, of facts and of entities. report: where errors are reported, an address; None
    if nowhere. pictures: the templates of those pictures' addresses that are drawn here.
    """

    name: str
    summary: str
    kinds: Mapping[str, str]
    catalogues: Mapping[str, str]
    report: str | None
    pictures: Callable[[], frozenset[str]]

    @property
    def collections(self) -> frozenset[str]:
        """The collections of facts, `facts` among them."""
        return frozenset({"facts", *self.kinds.values()})

    def draws(self, template: str) -> bool:
        """Whether there is such a picture."""
        return template in self.pictures()


@dataclass(frozen=True)
class Page:
    """A page: its template and what stands in it.

    kept: whether its address alone tells what it says. of_a_release: whether an earlier one can be asked for it.
    canonical: the address by which it is known; the API's own where it has one.
    """

    template: str
    title: str
    canonical: str | None
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = HTTPStatus.OK.value
    kept: bool = True
    of_a_release: bool = True


Maker = Callable[[Questions, Site], Awaitable[Page]]
