"""Filling in the portal's forms as a browser does: everything on the page is sent."""

from html.parser import HTMLParser

from django.http import HttpResponse


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.area: str | None = None
        self.choice: str | None = None

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.forms.append({})
        if not self.forms or not (facts.get("name") or tag == "option"):
            return
        fields = self.forms[-1]
        if tag == "input":
            if facts.get("type") in {"checkbox", "radio"} and "checked" not in facts:
                return
            fields.setdefault(facts["name"], []).append(facts.get("value") or "")
        elif tag == "textarea":
            self.area = facts["name"]
            fields[self.area] = [""]
        elif tag == "select":
            self.choice = facts["name"]
        elif tag == "option" and self.choice and "selected" in facts:
            fields[self.choice] = [facts.get("value") or ""]

    def handle_endtag(self, tag):
        if tag == "textarea":
            # A browser leaves out the one line break after the opening tag.
            text = self.forms[-1][self.area][0].removeprefix("\n")
            self.forms[-1][self.area] = [text]
            self.area = None
        elif tag == "select":
            self.choice = None

    def handle_data(self, data):
        if self.area:
            self.forms[-1][self.area][0] += data


def fields_on(page: HttpResponse) -> dict[str, list[str]]:
    """Return what a browser would send for the form of the page itself."""
    reader = _Fields()
    reader.feed(page.content.decode())
    return max(reader.forms, key=len)
