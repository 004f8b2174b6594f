"""What a browser would fetch from another host just by opening a page."""

import re
from html.parser import HTMLParser

FETCHING = ("script", "link", "img", "iframe", "source", "object")


class OutsideReferences(HTMLParser):
    """Collects the tags that fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            fetched = tag in FETCHING and name in ("src", "href", "data")
            if fetched and re.match(r"\s*(https?:)?//", value or ""):
                self.found.append(f"<{tag} {name}={value}>")


def outside_references(page: str) -> list[str]:
    """In tags, styles, and what scripts add to the page."""
    parser = OutsideReferences()
    parser.feed(page)
    return parser.found + re.findall(r"(?:@import|url\(|\.src=)\s*['\"]?(?:https?:)?//\S+", page)
