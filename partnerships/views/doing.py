"""Doing what a form asks for, or saying in the form why not."""

from collections.abc import Callable

from icld_portal.page_forms import PageForm
from icld_portal.problems import NotReady


def done(form: PageForm, deed: Callable[[], object]) -> bool:
    """Do ``deed``; when it is refused, say why in ``form``."""
    try:
        deed()
    except NotReady as refused:
        form.show(refused.problems)
        return False
    return True
