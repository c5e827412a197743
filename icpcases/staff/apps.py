"""The admin: queues, case page, dashboard."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """The app of the officers' pages."""

    default = True
    name = "icpcases.staff"
    verbose_name = _("Staff pages")


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site in it."""

    default = False
    default_site = "icpcases.staff.site.StaffSite"
