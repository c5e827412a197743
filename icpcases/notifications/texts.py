"""What a mail says beside the sentences of steps and states, which stand in their definitions."""

from django.utils.translation import gettext_lazy as _

ASKED = _("The office asks you for something.")
REMINDED = _("The office reminds you of this case: it waits for you.")
DOCUMENT_REFUSED = _("The office could not accept a document.")
ENTERED = {
    "application_number": _("application number"),
    "icp_number": _("ICP number"),
    "public_security_number": _("public-security number"),
}
CORRECTED = _("The office has corrected what it had recorded of the case.")
TAKEN_BACK = _("The office has taken back what it told you last, which was a mistake: “{happened}”")
