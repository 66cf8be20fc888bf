"""JSON Schema of an article's file, for editors; it follows from the entries' shapes."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from app.core.resource import Resource
from app.views.facts import union_of
from seed.article import ArticleEntry


def article_schema(facts: tuple[Resource, ...]) -> str:
    """Return the JSON Schema as canonical text."""
    head = ArticleEntry.model_json_schema(by_alias=True)
    adapter: TypeAdapter[Any] = TypeAdapter(union_of([resource.entry for resource in facts]))
    fact = adapter.json_schema(by_alias=True)
    definitions = head.pop("$defs", {}) | fact.pop("$defs", {})
    head["properties"]["facts"]["items"] = fact
    schema = _as_written({"$schema": "https://json-schema.org/draft/2020-12/schema", **head, "$defs": definitions})
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _as_written(schema: Any) -> Any:
    """Let numbers and truth values be quoted too: in our files every scalar is text, and canonical bytes quote them."""
    if isinstance(schema, list):
        return [_as_written(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _as_written(value) for key, value in schema.items()}
    if found.get("type") in ("integer", "number"):
        return found | {"type": [found["type"], "string"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    if found.get("type") == "boolean":
        del found["type"]
        return found | {"enum": [True, False, "true", "false"]}
    return found
