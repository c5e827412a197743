"""The addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from .demo import mail

urlpatterns = [
    # Before the admin: its sign-in page is ours.
    path("", include("icpcases.accounts.urls")),
    path("demo/mail/", mail.outgoing, name="demo_mail"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("icpcases.applicants.urls")),
]
