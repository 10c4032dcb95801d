"""Somebody who writes: one answer of a section changed again and again, and saved each time."""

import json

from icld_portal.bench.browser import Browser, Fields, form_on
from icld_portal.shared_texts import token_of
from icld_portal.writers import FIELD as WRITER

ANSWER, SEEN = "question-", "seen-"


class Writer:
    """Keeps one section's form as its browser does, the marks of what was seen included."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.path = path
        self.fields: Fields = form_on(browser.get(path).text)
        answers = [name for name, _value in self.fields if name.startswith(ANSWER)]
        self.answer = max(answers, key=lambda name: len(dict(self.fields)[name]))
        self.key = self.answer.removeprefix(ANSWER)
        self.seen = SEEN + self.key
        self.text = dict(self.fields)[self.answer]

    def rewrite(self, number: int) -> Fields:
        """Return the form with the answer changed, and remember what is then on the page."""
        text = f"{self.text} {number}"
        sent = [(name, text if name == self.answer else value) for name, value in self.fields]
        version = int(dict(self.fields)[self.seen].partition(".")[0]) + 1
        marks = {self.answer: text, self.seen: token_of(text, version)}
        self.fields = [(name, marks.get(name, value)) for name, value in sent]
        return sent

    def typed(self, number: int) -> Fields:
        """Return what the page's script sends when the answer has been changed."""
        stands = dict(self.fields)
        return [
            (self.answer, f"{self.text} typed {number}"),
            (self.seen, stands[self.seen]),
            (WRITER, stands[WRITER]),
        ]

    def note(self, told: bytes) -> None:
        """Remember the mark that came with a kept answer, for the next save."""
        seen = json.loads(told)["seen"]
        self.fields = [(name, seen if name == self.seen else value) for name, value in self.fields]
