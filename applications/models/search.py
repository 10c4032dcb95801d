"""What the work list's search reads: one row per case that has been handed in."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from applications.models.application import Application
from icld_portal import triggers


class SearchDocument(models.Model):
    """The words of a case as it was handed in, and its reference and titles, folded.

    Names of parties and partnerships are not in it: they can change, and are searched
    where they stand.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, related_name="search_document"
    )
    names = models.TextField()
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="search_document_words"),
            GinIndex(OpClass("names", "gin_trgm_ops"), name="search_document_names"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="no_draft_is_searched",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM applications_application AS parent
                        WHERE parent.id = NEW.application_id AND parent.status = 'draft'
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: a draft is not searched';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return str(self.application_id)
