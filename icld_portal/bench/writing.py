"""Somebody who writes: one answer of a section changed again and again, and saved each time."""

from applications.forms.answers import token_of
from icld_portal.bench.browser import Browser, Fields, form_on

ANSWER, SEEN = "question-", "seen-"


class Writer:
    """Keeps one section's form as its browser does, the marks of what was seen included."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.path = path
        self.fields: Fields = form_on(browser.get(path).text)
        answers = [name for name, _value in self.fields if name.startswith(ANSWER)]
        self.answer = max(answers, key=lambda name: len(dict(self.fields)[name]))
        self.seen = SEEN + self.answer.removeprefix(ANSWER)
        self.text = dict(self.fields)[self.answer]

    def rewrite(self, number: int) -> Fields:
        """Return the form with the answer changed, and remember what is then on the page."""
        text = f"{self.text} {number}"
        sent = [(name, text if name == self.answer else value) for name, value in self.fields]
        version = int(dict(self.fields)[self.seen].partition(".")[0]) + 1
        marks = {self.answer: text, self.seen: token_of(text, version)}
        self.fields = [(name, marks.get(name, value)) for name, value in sent]
        return sent
