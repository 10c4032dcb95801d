"""The addresses of guidelines and grants."""

from django.urls import path

from finance.views import guidelines

app_name = "finance"
urlpatterns = [
    path("guidelines/", guidelines.guidelines, name="guidelines"),
]
