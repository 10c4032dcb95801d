"""The form in which a steering group's cases are ticked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from icld_portal.seen_forms import SeenForm


class FollowingForm(SeenForm):
    """The cases that can be followed; ``stands`` are those that are now."""

    def __init__(self, cases: list[Application], stands: list[int], data: Any = None) -> None:
        super().__init__({"cases": stands}, data)
        field = forms.TypedMultipleChoiceField(
            label=_("Cases"),
            choices=[(case.pk, self._words(case)) for case in cases],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.add_field("cases", field)

    @staticmethod
    def _words(case: Application) -> str:
        title = case.title or str(_("Untitled"))
        kind = str(case.get_grant_type_display())
        return f"{title} ({kind}, {case.reference})" if case.reference else f"{title} ({kind})"
