"""A form over the address of a list: what is not understood is refused, never passed over."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

SHOWN_NAME_LENGTH = 40


class StrictForm(forms.Form):
    """Refuses what it does not know: a misspelt filter must not show everything.

    ``beside`` names what else may stand in the address.
    """

    beside: ClassVar[frozenset[str]] = frozenset({"page"})

    def clean(self) -> dict[str, Any]:
        """Refuse names that are no filter, and a filter that is given twice."""
        for name in self.data:
            shown = {"name": name[:SHOWN_NAME_LENGTH]}
            if name not in self.fields and name not in self.beside:
                self.add_error(None, _("There is no filter called “%(name)s”.") % shown)
            elif isinstance(self.data, QueryDict) and len(self.data.getlist(name)) > 1:
                self.add_error(None, _("“%(name)s” can be given only once.") % shown)
        return self.cleaned_data
