"""References in a style of the Citation Style Language, through citeproc-py; what is cited is the API's CSL-JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_STYLE = Path(__file__).parent / "apa.csl"


def apa(csl_json: str, id: str) -> str:
    """Return the reference of one record among those of a CSL-JSON answer, in APA's seventh edition, as plain text."""
    # Imported here: only a fact's page cites, and lxml takes ten megabytes.
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    (record,) = (one for one in json.loads(csl_json) if one["id"] == id)
    # The style ends a title itself.
    record["title"] = record["title"].rstrip(".")
    record["URL"] = record.pop("archive_location")
    record["publisher"] = record.pop("archive")
    record.pop("note", None)
    bibliography = CitationStylesBibliography(_style(), CiteProcJSON([record]), formatter.plain)
    bibliography.register(Citation([CitationItem(id)]))
    (entry,) = bibliography.bibliography()
    return str(entry)


@cache
def _style() -> Any:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(str(_STYLE), validate=False)
