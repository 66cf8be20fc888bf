"""A drawing made ready to be served: title and description, links of our own, words for whoever does not see it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from app.web.pictures.paper import plain

SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
# The renderer resolves every link against this; ours begin at the root.
_BASE = "https://vega.github.io/vega-datasets/"
ET.register_namespace("", SVG)


def served(drawn: str, title: str, told: str) -> bytes:
    """Return the finished picture."""
    root = ET.fromstring(drawn)  # noqa: S314  # our own process wrote it: no stranger's document is read
    for link in root.iter(f"{{{SVG}}}a"):
        target = link.attrib.pop(_XLINK)
        if not target.startswith(f"{_BASE}/"):
            raise ValueError(f"a link that leads elsewhere: {target[:100]!r}")
        link.set("href", target.removeprefix(_BASE))
        # Framed in an article, a fact opens in place of the article, not in the frame.
        link.set("target", "_top")
        label = next((one.get("aria-label") for one in link if one.get("aria-label")), None)
        if label:
            said = ET.Element(f"{{{SVG}}}title")
            said.text = label
            link.insert(0, said)
    root.set("role", "graphics-document")
    root.set("aria-labelledby", "title desc")
    for at, (name, text) in enumerate((("title", title), ("desc", told))):
        said = ET.Element(f"{{{SVG}}}{name}", {"id": name})
        said.text = plain(text)
        root.insert(at, said)
    finished: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return finished
