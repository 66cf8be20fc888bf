"""Atom feeds (RFC 4287), paged (RFC 5005): what an entry tells is the caller's to say; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

_NAMESPACE = "http://www.w3.org/2005/Atom"
# Names that nobody else gives: an id must not hang on the host that happens to serve the feed.
_IDS = uuid5(NAMESPACE_URL, _NAMESPACE)
# What XML 1.0 cannot say, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """An entry; `key`: what it is known by for good; `updated`: RFC 3339; `categories`: scheme, term."""

    key: str
    title: str
    summary: str
    updated: str
    link: str
    categories: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Feed:
    """A page of a feed; `links`: relation, absolute address, media type."""

    key: str
    title: str
    author: str
    rights: str
    updated: str
    links: Sequence[tuple[str, str, str]]
    entries: Sequence[Entry]


def atom(feed: Feed) -> bytes:
    """Write a feed."""
    # Imported here: few read feeds.
    from xml.etree.ElementTree import Element, SubElement, tostring

    def say(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
        told = {key: _speakable(value) for key, value in attributes.items()}
        element = SubElement(parent, name, told)
        element.text = None if text is None else _speakable(text)
        return element

    root = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    say(root, "id", uuid5(_IDS, feed.key).urn)
    say(root, "title", feed.title)
    say(root, "updated", feed.updated)
    say(say(root, "author"), "name", feed.author)
    say(root, "rights", feed.rights)
    for rel, href, media_type in feed.links:
        say(root, "link", rel=rel, href=href, type=media_type)
    for one in feed.entries:
        entry = say(root, "entry")
        say(entry, "id", uuid5(_IDS, one.key).urn)
        say(entry, "title", one.title)
        say(entry, "updated", one.updated)
        say(entry, "link", rel="alternate", href=one.link, type="application/json")
        for scheme, term in one.categories:
            say(entry, "category", scheme=scheme, term=term)
        say(entry, "summary", one.summary)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\N{REPLACEMENT CHARACTER}", text)
