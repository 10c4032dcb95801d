"""The addresses of applications, rounds and questions."""

from django.urls import path

from applications.views import (
    budget,
    drafts,
    home,
    letters,
    public,
    reading,
    sections,
    submitting,
)

app_name = "applications"
urlpatterns = [
    # The parties: writing, checking, handing in
    path("applications/", home.applications, name="applications"),
    path("applications/new/", home.new, name="new"),
    path("applications/<str:handle>/", drafts.application, name="application"),
    path("applications/<str:handle>/sections/<slug:key>/", sections.section, name="section"),
    path("applications/<str:handle>/budget/sums/", budget.budget_sums, name="budget_sums"),
    path("applications/<str:handle>/letters/", letters.letters, name="letters"),
    path("applications/<str:handle>/letters/<int:pk>/", letters.letter, name="letter"),
    path(
        "applications/<str:handle>/letters/<int:pk>/remove/",
        letters.remove_letter,
        name="remove_letter",
    ),
    path("applications/<str:handle>/check/", submitting.check, name="check"),
    path("applications/<str:handle>/submit/", submitting.submit, name="submit"),
    path("applications/<str:handle>/withdraw/", submitting.withdraw, name="withdraw"),
    path("applications/<str:handle>/read/", reading.read, name="read"),
    # Public: what will be asked
    path("questions/", public.questions, name="questions"),
    path("questions/<slug:grant_type>/", public.question_set, name="question_set"),
]
