"""The addresses of minutes, part of those of the parties."""

from django.urls import path

from partnerships.views import minutes, paragraphs, verifying

urlpatterns = [
    path("", minutes.read_minutes, name="minutes"),
    path("write/", minutes.write_minutes, name="write_minutes"),
    path("verify/", verifying.verify, name="verify_minutes"),
    path("paper/<str:language>/", verifying.minutes_paper, name="minutes_paper"),
    # Paragraphs
    path("paragraphs/", paragraphs.begin_paragraph, name="begin_paragraph"),
    path(
        "paragraphs/<int:paragraph_pk>/decision/",
        paragraphs.paragraph_decision,
        name="paragraph_decision",
    ),
    path(
        "paragraphs/<int:paragraph_pk>/remove/",
        paragraphs.remove_paragraph,
        name="remove_paragraph",
    ),
    path(
        "paragraphs/<int:paragraph_pk>/stand-again/",
        paragraphs.take_back_striking,
        name="take_back_striking",
    ),
    # Texts
    path(
        "paragraphs/<int:paragraph_pk>/texts/<str:part>/",
        minutes.save_minute_text,
        name="save_minute_text",
    ),
    path(
        "paragraphs/<int:paragraph_pk>/texts/<str:part>/history/",
        minutes.minute_history,
        name="minute_history",
    ),
    path(
        "paragraphs/<int:paragraph_pk>/texts/<str:part>/restore/",
        minutes.restore_minute_text,
        name="restore_minute_text",
    ),
]
