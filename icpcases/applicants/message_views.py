"""Writing to the office, and what both sides have written."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.requests import MessageForm
from icpcases.web.messages import exchange_of
from icpcases.workflow.actions.messages import write_to_office

from .pages import APPLICANTS, get_own_case, own_case_url


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_messages_page(request: HttpRequest, reference: str) -> HttpResponse:
    """All messages of the case, newest first; a POST writes to the office."""
    case = get_own_case(reference, request.user)
    form = MessageForm(request.POST if request.method == "POST" else None)
    return APPLICANTS.form_page(
        request, case, form,
        lambda version: write_to_office(case, request.user, form.cleaned_data["text"], version),
        template="messages.html", title=_("Messages"), submit=_("Send to the office"),
        done=_("Your message has been sent to the office."), back=own_case_url(case, "messages"),
        exchange=exchange_of(case, request.GET.get("page")), reader=request.user,
    )  # fmt: skip
