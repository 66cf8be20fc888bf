"""References in a style of the Citation Style Language, through citeproc-py; what is cited is the API's CSL-JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_STYLE = Path(__file__).parent / "apa.csl"


def apa(csl_json: str, id: str, name: str, address: str, year: int) -> str:
    """Return the reference of one record among those of a CSL-JSON answer, in APA's seventh edition, as plain text.

    name, address, year: who publishes it, where it is for good, when it was written.
    """
    # Imported here: only a fact's page cites, and lxml takes ten megabytes.
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    (record,) = (one for one in json.loads(csl_json) if one["id"] == id)
    # The style ends a title itself.
    record |= {
        "title": record["title"].rstrip("."),
        "author": [{"literal": name}],
        "issued": {"date-parts": [[year]]},
        "URL": address,
        # citeproc-py takes a digest's digits for several versions.
        "genre": f"Data set, release {record.pop('version')}",
    }
    # The address says where it is, and the passages are no part of a reference.
    for key in ("archive", "archive_location", "note"):
        record.pop(key, None)
    bibliography = CitationStylesBibliography(_style(), CiteProcJSON([record]), formatter.plain)
    bibliography.register(Citation([CitationItem(id)]))
    (entry,) = bibliography.bibliography()
    return str(entry)


@cache
def _style() -> Any:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(str(_STYLE), validate=False)
