"""A stock page of the admin that adds a row: sent twice, it adds one."""

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


class MakesOnce(Base):
    """Of a `ModelAdmin`: the second click on Save is led to what the first has made."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The stock page; where it adds a row, the row and its sending are kept together."""
        if request.method != "POST" or object_id is not None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        sent = Sent(sending_of(request))
        try:
            with transaction.atomic():
                make_once(sent)
                response = super().changeform_view(request, object_id, form_url, extra_context)
                if response.status_code == 302:
                    Sending.objects.filter(pk=sent.key).update(led_to=response["Location"])
                else:
                    # Nothing was added: with what is corrected, or as it stands, sent again.
                    transaction.set_rollback(True)
        except MadeAlready as made:
            messages.success(request, _("This was already saved. It was not saved a second time."))
            return HttpResponseRedirect(made.led_to)
        return response
