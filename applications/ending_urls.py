"""The addresses of how a grant rests and ends."""

from django.urls import path

from applications.views import ending, summary

ENDING = "applications/<slug:reference>/ending"
urlpatterns = [
    path(f"{ENDING}/", ending.ending, name="ending"),
    path(f"{ENDING}/pause/", ending.pause_grant, name="pause_grant"),
    path(f"{ENDING}/pauses/<int:pk>/end/", ending.end_pause, name="end_pause"),
    path(f"{ENDING}/propose/", ending.propose_ending, name="propose_ending"),
    path(f"{ENDING}/answer/", ending.answer_ending, name="answer_ending"),
    path(f"{ENDING}/close/", ending.close_grant, name="close_grant"),
    path("applications/<slug:reference>/summary/", summary.summary, name="summary"),
    path(
        "applications/<slug:reference>/summary/<slug:stage>/<slug:language>/",
        summary.summary_paper,
        name="summary_paper",
    ),
]
