"""The addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from .demo import mail
from .web import typed_pages

urlpatterns = [
    # Before the admin: its sign-in page is ours.
    path("", include("icpcases.accounts.urls")),
    path("demo/mail/", mail.outgoing, name="demo_mail"),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", typed_pages.set_language, name="set_language"),
    path("typed/forget/", typed_pages.forget_typed, name="forget_typed"),
    path("", include("icpcases.applicants.urls")),
]
