"""A stock page of the admin: sent twice, it adds, changes or deletes a row once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from icpcases.cases.models import Sending
from icpcases.workflow.sendings import MadeAlready, Sent, make_once

from .changes import sending_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Any]
else:
    Base = object


def done_once(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """What the view answers; what it has done and its sending are kept together."""
    if request.method != "POST":
        return view()
    sent = Sent(sending_of(request))
    try:
        with transaction.atomic():
            make_once(sent)
            response = view()
            if response.status_code == 302:
                Sending.objects.filter(pk=sent.key).update(led_to=response["Location"])
            else:
                # Nothing was done: with what is corrected, or as it stands, sent again.
                transaction.set_rollback(True)
    except MadeAlready as made:
        messages.success(request, _("This was already saved. It was not saved a second time."))
        return HttpResponseRedirect(made.led_to)
    return response


class MakesOnce(Base):
    """Of a `ModelAdmin`: the second click on its button is led to where the first has led."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The stock page of a row."""
        view = super().changeform_view
        return done_once(request, lambda: view(request, object_id, form_url, extra_context))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The stock page that deletes a row."""
        view = super().delete_view
        return done_once(request, lambda: view(request, object_id, extra_context))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The list, on which something may be done to the rows that are ticked."""
        view = super().changelist_view
        return done_once(request, lambda: view(request, extra_context))
