"""What every page must keep, looked up in its HTML."""

from html.parser import HTMLParser

from django.http import HttpResponse

DATA_BLOCKS = {"application/json"}


class Page(HTMLParser):
    """Collects the language, headings, links and anything the content policy would stop."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.language = ""
        self.headings: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._in_heading = False
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "h1":
            self._in_heading = True
            self.headings.append("")
        if tag == "style" or (
            tag == "script" and "src" not in found and found.get("type") not in DATA_BLOCKS
        ):
            self.inline.append(tag)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.headings[-1] += data.strip()
