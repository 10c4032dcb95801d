"""Core areas, cooperation areas and goals: choices from the programme's closed lists."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application, CooperationArea, CoreArea, Goal
from icld_portal.page_forms import PageForm

LISTS = ("core_areas", "cooperation_areas", "goals")


def _ticks(model: Any, label: Any, help_text: Any = "") -> forms.Field:
    return forms.ModelMultipleChoiceField(
        model.objects.filter(is_current=True),
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class AreasForm(PageForm):
    """Three groups of ticks."""

    core_areas = _ticks(
        CoreArea, _("Core areas"), _("Which of the core areas of local democracy do you work with?")
    )
    cooperation_areas = _ticks(CooperationArea, _("Cooperation areas"))
    goals = _ticks(Goal, _("Goals of Agenda 2030"), _("Choose the goals that you work towards."))

    def __init__(self, data: Any = None, *, application: Application) -> None:
        ticked = {name: list(getattr(application, name).all()) for name in LISTS}
        initial = {name: [term.pk for term in terms] for name, terms in ticked.items()}
        super().__init__(data, initial=initial, auto_id="%s")
        for name in LISTS:
            # What has been closed since is still this case's own choice.
            offered: Any = self.fields[name]
            closed = [term.pk for term in ticked[name] if not term.is_current]
            if closed:
                model = offered.queryset.model
                offered.queryset = model.objects.filter(Q(is_current=True) | Q(pk__in=closed))

    def save(self, application: Application) -> None:
        """Write the ticks that were changed."""
        for name in LISTS:
            if name in self.changed_data:
                getattr(application, name).set(self.cleaned_data[name])
