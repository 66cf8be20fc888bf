"""Tables of invented rows under the real headers, and what an importer makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.core.entries import FactEntry
from app.facts import FACTS
from app.facts.transfers import TransferEntry
from seed import corpus
from seed.corpus import Corpus
from seed.datasets import Importer, Receipt, gather
from seed.findings import Finding, Rejected
from seed.spool import Spool

DATASETS = Path(__file__).parent.parent / "datasets"


@dataclass
class Made:
    """What became of a file."""

    receipt: Receipt
    facts: list[FactEntry]
    corpus: Corpus
    by_row: dict[str, FactEntry] = field(default_factory=dict)

    def transfer(self, row: str) -> TransferEntry:
        """Return the transfer whose first citation is this row."""
        fact = self.by_row[row]
        assert isinstance(fact, TransferEntry)
        return fact

    def reported(self) -> list[tuple[str, str]]:
        """Return (row, reason) of what is reported."""
        return [(one.where, one.reason) for one in self.receipt.reported]

    def refused(self) -> list[tuple[str, str]]:
        """Return (row, reason) of what is refused."""
        return [(one.where, one.reason) for one in self.receipt.refused]


@pytest.fixture(scope="session")
def curated() -> Corpus:
    """The real reference lists."""
    return corpus.read(corpus.HERE, FACTS)


Read = Callable[[Importer, Path], Made]


@pytest.fixture
def read(curated: Corpus) -> Read:
    """Read a file as `load` does, without a database."""

    def one(importer: Importer, file: Path) -> Made:
        room = curated.with_room()
        with Spool() as spool:
            (receipt,) = gather(room, [(importer, file)], spool)
            facts = [fact for _, _, fact in spool.in_time()]
        by_row = {str(fact.evidence[0].fragment).removeprefix("row="): fact for fact in facts}
        return Made(receipt, facts, room, by_row)

    return one


def rejected(read: Read, importer: Importer, file: Path) -> Finding:
    """Read a file that must be refused as a whole; return why."""
    with pytest.raises(Rejected) as caught:
        read(importer, file)
    (finding,) = caught.value.findings
    return finding
