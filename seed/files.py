"""YAML files as plain strings, lists and mappings that know their lines; no scalar becomes a number, date or truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from seed.findings import Finding, Rejected


@dataclass
class Document:
    """A file's content, and the line of every path in it."""

    name: str
    content: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def line(self, path: tuple[str | int, ...]) -> int:
        """Return the line of a path, or of the nearest path above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(file: Path, root: Path) -> Document:
    """Read a file; Rejected on bad YAML, duplicate keys, anchors or tags."""
    name = file.relative_to(root).as_posix()
    try:
        return parse(file.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError as error:
        raise Rejected([Finding(name, 1, f"is not UTF-8: {error.reason}", "save it as UTF-8")]) from None


def parse(text: str, name: str) -> Document:
    """Read a text as a document named `name`."""
    try:
        for token in yaml.scan(text, Loader=yaml.BaseLoader):
            if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
                line = token.start_mark.line + 1
                raise Rejected(
                    [Finding(name, line, "anchors, aliases and tags are not used here", "write the value out")]
                )
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Rejected(
            [Finding(name, line, f"no YAML: {error.problem}", "mend the syntax; quote text with `: ` or `#`")]
        ) from None
    except yaml.YAMLError as error:
        raise Rejected([Finding(name, 1, f"no YAML: {error}", "remove the character")]) from None
    document = Document(name, None)
    if node is None:
        raise Rejected([Finding(name, 1, "is empty", "write a record or remove the file")])
    document.content = _plain(node, (), document)
    return document


def first_comment(text: str) -> int | None:
    """Return the line of the first comment, or None: a `#` that is in no scalar."""
    scalars = [token for token in yaml.scan(text, Loader=yaml.BaseLoader) if isinstance(token, yaml.ScalarToken)]
    at = 0
    for token in scalars:
        found = text.find("#", at, token.start_mark.index)
        if found >= 0:
            return text.count("\n", 0, found) + 1
        at = token.end_mark.index
    found = text.find("#", at)
    return None if found < 0 else text.count("\n", 0, found) + 1


def _plain(node: yaml.Node, path: tuple[str | int, ...], document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*path, number), document) for number, one in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in cast("yaml.MappingNode", node).value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Rejected([Finding(document.name, line, "a key is no plain word", "write `key: value`")])
        if key.value in found:
            raise Rejected([Finding(document.name, line, f"key {key.value!r} stands twice", "remove one of them")])
        document.lines[(*path, key.value)] = line
        found[key.value] = _plain(value, (*path, key.value), document)
    return found


class _Canonical(yaml.SafeDumper):
    """Block style, keys in the order of the shapes, text quoted only where it must be."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # PyYAML's signature
        """Indent lists below their key."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, _: Any) -> bool:
        """Write every value out."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if value.isprintable() else '"')


_Canonical.add_representer(str, _text)


def dump(content: Any) -> str:
    """Write canonical bytes: what `seed fmt` makes of a file."""
    return yaml.dump(content, Dumper=_Canonical, sort_keys=False, allow_unicode=True, width=120)
