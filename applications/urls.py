"""The addresses of applications, rounds and questions."""

from django.urls import path

from applications.views import public

app_name = "applications"
urlpatterns = [
    # Public: what will be asked
    path("questions/", public.questions, name="questions"),
    path("questions/<slug:grant_type>/", public.question_set, name="question_set"),
]
