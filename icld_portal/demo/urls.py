"""Addresses that exist in the demo alone."""

from django.urls import path

from icld_portal.demo import views

app_name = "demo"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:pk>/", views.letter, name="letter"),
    path("outbox/<int:pk>/files/<int:file_pk>/", views.letter_file, name="letter_file"),
]
