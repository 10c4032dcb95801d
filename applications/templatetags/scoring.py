"""Where an assessor writes beside the application: by functions, a page has some forty fields."""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications.forms.answers import QuestionRow
from applications.models import Application

register = template.Library()
# Stand for the case, the kind and the key while the address is found.
HANDLE, KIND, KEY = "a-handle", "a-kind", "a-key"


@register.simple_tag
def own_comment(row: QuestionRow | None, application: Application) -> SafeString:
    """Return the field for a comment beside an answer; nothing where there is none to write."""
    if row is None:
        return SafeString("")
    errors = row.field.errors
    return format_html(
        '<div class="beside-answer field{}"{}>{}{}<label class="form-label" for="{}">{}</label>'
        '{}{}<p class="save-state quiet" data-save-state=""></p></div>',
        " field-wrong" if errors else "",
        saved_at(row, application, "comment"),
        row.token,
        _saved_comment(row),
        row.field.auto_id,
        row.field.label,
        _errors(row) if errors else "",
        row.field,
    )


@register.simple_tag
def saved_at(row: QuestionRow, application: Application, kind: str) -> SafeString:
    """Return where a field is saved while it is typed; nowhere while another text stands there."""
    if row.conflict:
        return SafeString("")
    parts = zip((HANDLE, KIND, KEY), (application.handle, kind, row.question.key), strict=True)
    address = _address()
    for stands_for, part in parts:
        address = address.replace(stands_for, part)
    return format_html(' data-save="{}" data-name="{}"', address, row.field.html_name)


@cache
def _address() -> str:
    """Return the address found once: each of forty fields would search all routes for it."""
    return reverse("applications:save_score", args=[HANDLE, KIND, KEY])


def _saved_comment(row: QuestionRow) -> SafeString:
    if not row.conflict:
        return SafeString("")
    return format_html(
        '<div class="other-text"><p>{}</p><div class="answer">{}</div></div>',
        _("Saved comment:"),
        row.conflict.text,
    )


def _errors(row: QuestionRow) -> SafeString:
    return format_html(
        '<div class="field-error" id="{}_error">{}</div>',
        row.field.auto_id,
        format_html_join("", "<p>{}</p>", ((error,) for error in row.field.errors)),
    )
