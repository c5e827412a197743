"""What a mail says to the applicant: of each step what happened, of each state what is needed."""

from django.utils.translation import gettext_lazy as _

from .states import State
from .steps import Step

HAPPENED = {
    Step.SUBMIT_REQUEST: _("The application has been sent to the office."),
    Step.SEND_BACK: _("The office has sent the application back to you for correction."),
    Step.CLOSE_NOT_REQUIRED: _(
        "The office has closed the case: a server outside Mainland China needs no filing."
    ),
    Step.REFER: _(
        "The office has closed the case: a site with only an IP address is filed in the local "
        "administration's own system."
    ),
    Step.DECLINE: _("The office has closed the case: the rules do not permit this filing."),
    Step.BEGIN_CERTIFICATE: _(
        "The office has looked at the facts: the registration certificate comes first."
    ),
    Step.RECORD_CERTIFICATE_APPLICATION: _(
        "The application for the registration certificate has been recorded."
    ),
    Step.RECORD_CERTIFICATE: _("The registration certificate has been granted and recorded."),
    Step.BEGIN_PREAPPROVAL: _(
        "The office has looked at the facts: the forum needs BBS pre-approval first."
    ),
    Step.RECORD_PREAPPROVAL_APPLICATION: _(
        "The application for BBS pre-approval has been recorded."
    ),
    Step.RECORD_PREAPPROVAL: _("BBS pre-approval has been granted and recorded."),
    Step.RECORD_REFUSAL: _("The authority has refused the application."),
    Step.PREPARE_FILING: _("The office has begun to prepare the papers of the filing."),
    Step.SUBMIT_TO_PROVIDER: _("The office has submitted the filing to the provider."),
    Step.PROVIDER_PASSES: _(
        "The provider has passed the filing, and the ministry sends an SMS to the service leader."
    ),
    Step.RETURN_FOR_CORRECTION: _("The filing has been returned for correction."),
    Step.CONFIRM_SMS: _(
        "The SMS check is answered, and the filing is with the communications administration."
    ),
    Step.APPROVE: _("The filing is complete: the ICP number has been granted."),
    Step.RECORD_OPENING: _("The opening of the site has been recorded."),
    Step.RECORD_FOOTER: _("It has been recorded that the ICP number stands in the site's footer."),
    Step.RECORD_PUBLIC_SECURITY: _("The public-security filing has been recorded."),
    Step.EXPIRE_ORDER: _(
        "The provider's order has come to the end of its life; the filing is prepared for a new "
        "one."
    ),
    Step.WITHDRAW: _("The case has been withdrawn."),
    Step.CANCEL_FILING: _("The filing has been cancelled; the site may no longer be served."),
    Step.REOPEN: _("The office has opened the case again."),
    Step.STEP_BACK: _("The last step has been taken back."),
}
ASKED = _("The office asks you for something.")
DOCUMENT_REFUSED = _("The office could not accept a document.")

NEEDED = {
    State.DRAFT: _("Complete the application and send it."),
    State.CERTIFICATE_NEEDED: _(
        "Apply for the registration certificate, then record your application on the case's page."
    ),
    State.PREAPPROVAL_NEEDED: _(
        "Apply for BBS pre-approval at the communications administration, then record your "
        "application on the case's page."
    ),
    State.PREPARING: _("Answer each request on the case's page."),
    State.RETURNED: _("Answer each request on the case's page."),
    State.SMS_VERIFICATION: _(
        "The service leader enters the code from the ministry's SMS where the SMS says, then "
        "confirms it on the case's page."
    ),
    State.FILED: _("Open the site, and record the day on the case's page."),
}
FOOTER = _("Put the ICP number in the site's footer, linked to the ministry's register.")
PUBLIC_SECURITY = _("Make the public-security filing, and record its number.")

ENTERED = {
    "application_number": _("application number"),
    "icp_number": _("ICP number"),
    "public_security_number": _("public-security number"),
}
