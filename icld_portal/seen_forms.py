"""A form that knows what stood there when its page was opened.

Two editors at once: the second is shown what the first has saved, beside their own text,
and saves again if they still mean it. Nothing is overwritten unseen.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from icld_portal.page_forms import PageForm
from icld_portal.versions import fingerprint

SEEN = "seen"


class SeenForm(PageForm):
    """A form over ``stored`` values; ``seen`` goes with the page as a hidden mark."""

    def __init__(self, stored: dict[str, Any], data: Any = None, **options: Any) -> None:
        self.stored = stored
        super().__init__(data, initial=stored, **options)

    @property
    def seen(self) -> str:
        """The mark of what stands now, for the page's hidden field."""
        return fingerprint(self.stored)

    def clean(self) -> dict[str, Any]:
        """Refuse once if somebody else has saved since the page was opened."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.data.get(SEEN) != self.seen:
            self.add_error(None, self._told())
        return cleaned

    def _told(self) -> list[str]:
        texts = [
            _(
                "Somebody else has saved this page since you opened it. Your text is still in "
                "the fields. Save again to replace theirs with yours."
            )
        ]
        words = _("%(field)s, as it stands now: %(text)s")
        for name in self.fields:
            if name in self.stored and self.stored[name] != self.cleaned_data.get(name):
                shown = self._shown(name)
                texts.append(words % {"field": self.fields[name].label, "text": shown})
        return texts

    def _shown(self, name: str) -> str:
        field, value = self.fields[name], self.stored[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(field, forms.ChoiceField):
            words: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]
            values = value if isinstance(value, list) else [value]
            return ", ".join(str(words.get(one, one)) for one in values) or "–"
        return str(field.prepare_value(value) if value not in (None, "") else "–")
