"""Published forms, read once by each process: the database refuses to change them.

What is kept here is shared by all threads, and is only read. A form that is not published
yet may still be changed, and is read anew each time.
"""

from applications.models import Application, QuestionSet, Report

PUBLISHED: dict[int, QuestionSet] = {}


def form_of(owner: Application | Report) -> QuestionSet:
    """Return the form that a case or a report answers, with its sections, questions, options."""
    return whole(owner.sheet.question_set_id)


def whole(key: int) -> QuestionSet:
    """Return the version with this primary key, with its sections, questions and options."""
    found = PUBLISHED.get(key)
    if found is None:
        found = QuestionSet.objects.all().with_questions().get(pk=key)
        if found.published_at is not None:
            PUBLISHED[key] = found
    return found
