"""Help texts that ICLD writes itself, on the page they belong to."""

from django import template
from django.utils.safestring import SafeString

from applications.guidance import guidance

register = template.Library()


@register.simple_tag
def help_text(kind: str) -> SafeString:
    """Show the help text of ``kind`` that is in force, in the reader's language."""
    return guidance(kind)[kind]
