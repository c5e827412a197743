"""What an applicant sees: check, apply, answer, follow."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicantsConfig(AppConfig):
    """The app of the applicants' pages."""

    name = "icpcases.applicants"
    verbose_name = _("Applicants' pages")
