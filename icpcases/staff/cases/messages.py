"""Messages with the applicant: the whole exchange, the office's answer, and a mark as read."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.requests import MessageForm
from icpcases.cases.permissions import is_working
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user
from icpcases.web.messages import exchange_of
from icpcases.workflow.actions import messages
from icpcases.workflow.exceptions import NotAllowed
from icpcases.workflow.refusals import ONLY_WORKERS


@require_http_methods(["GET", "POST"])
def messages_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange for whoever reads cases; a POST writes to the applicant."""
    case = get_case_for_user(pk, request.user)
    works = is_working(request.user)
    if request.method == "POST" and not works:
        return STAFF.refused(request, case, NotAllowed(request.user, ONLY_WORKERS))
    form = MessageForm(request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: messages.write_to_applicant(
            case, request.user, form.cleaned_data["text"], version
        ),
        template="messages.html", title=_("Messages"), submit=_("Send to the applicant"),
        done=_("The message has been sent."), may_work=works,
        unread=messages.waiting_messages(case),
        exchange=exchange_of(case, request.GET.get("page")),
    )  # fmt: skip


@by_button
@for_working
def mark_message_read(request: HttpRequest, pk: int) -> HttpResponse:
    """No answer is needed: the messages wait no more."""
    case = get_case_for_user(pk, request.user)
    return act(
        request, case, lambda version: messages.mark_read(case, request.user, version),
        _("Marked as read."),
    )  # fmt: skip
