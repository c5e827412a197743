"""Sending a document's file to whoever may see its case; who read it is logged."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from .models import AccessLogRow, Document, FilingCase


def file_response(user: Any, case: FilingCase, document: Document, as_attachment: bool) -> Any:
    """The file under a name of ours. The caller has asked the permission of the case.

    Raises Http404 where the file is gone.
    """
    name = str(document.file.name)
    if not default_storage.exists(name):
        raise Http404
    AccessLogRow.objects.create(
        what=AccessLogRow.What.DOCUMENT,
        detail=f"{document.pk} {document.kind}"[:100],
        case=case,
        by=user,
    )
    ending = name.rpartition(".")[2]
    response = FileResponse(
        default_storage.open(name),
        as_attachment=as_attachment,
        filename=f"{case.reference}-{document.kind}-{document.pk}.{ending}",
        content_type=document.media_type or "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
