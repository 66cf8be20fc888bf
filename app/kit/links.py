"""The `Link` header (RFC 8288); which links an answer has is the caller's to say."""

from __future__ import annotations

from urllib.parse import quote

# All that a target may hold as it is, but for what would end it or its header.
_PLAIN = "%/:?#[]@!$&'()*+,;=-._~"
# A link that the body says as well is not worth a header that a proxy's buffer cannot hold.
LONGEST = 2_000


def link(target: str, rel: str, **more: str) -> str:
    """Return one link: what may not stand in a target is percent-encoded; `more`: plain words such as a media type."""
    said = [f'{name}="{value}"' for name, value in {"rel": rel, **more}.items()]
    return "; ".join([f"<{quote(target, safe=_PLAIN)}>", *said])


_DESCRIBED = f"{link('/openapi.json', 'describedby', type='application/json')}, {link('/docs', 'service-doc')}"


def header(address: str, following: str | None = None) -> str:
    """Return the links of an answer: itself, the page after it, what describes it."""
    links = [link(address, "canonical")] if len(address) <= LONGEST else []
    links += [link(following, "next")] if following else []
    return ", ".join([*links, _DESCRIBED])
