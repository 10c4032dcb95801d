"""Load what the programme begins with: register, guidelines, lists, question sets, texts."""

from typing import Any

from django.core.management.base import BaseCommand

from applications.programme import (
    load_audit,
    load_criteria,
    load_question_sets,
    load_report_forms,
    load_texts,
    load_vocabulary,
)
from finance.programme import load_guideline
from partnerships.programme import load_register


class Command(BaseCommand):
    """Adds what is missing and changes nothing that is there, however often it is run."""

    help = (
        "Load countries, municipalities, regions, guidelines, closed lists, question sets, letters."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        load_register()
        load_guideline()
        load_vocabulary()
        load_question_sets()
        load_criteria()
        load_report_forms()
        load_audit()
        load_texts()
