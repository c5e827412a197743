"""What a mail says beside the sentences of steps and states, which stand in their definitions."""

from django.utils.translation import gettext_lazy as _

ASKED = _("The office asks you for something.")
WRITTEN = _("The office has written to you.")
REMINDED = _("A reminder from the office: this case is waiting for you.")
DOCUMENT_REFUSED = _("The office could not accept a document.")
ENTERED = {
    "application_number": _("application number"),
    "icp_number": _("ICP number"),
    "public_security_number": _("public-security number"),
}
CORRECTED = _("The office has corrected its record of the case.")
TAKEN_BACK = _(
    "The office has taken back the last thing it told you. It was a mistake: “{happened}”"
)
