"""What an applicant cannot see makes nothing of his stale: over every kind of history row."""

import pytest

from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.workflow.actions.requests import ask

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

CASE = "/admin/cases/filingcase/"
PAGE = {"csrfmiddlewaretoken": "one page"}
READ = {"kind": "domain_certificate", "number": "N-1", "issued_in": "mainland"}
#: By kind of row: what a colleague sends, and whether the applicant sees any of it.
ACTS: dict[str, list[tuple[str, dict[str, object], bool]]] = {
    "note": [("note/", {"text": "Called them."}, False)],
    "assignment": [
        ("release/", {}, False),
        ("people/", {"email": "new@example.com"}, True),
    ],
    "follow_up": [
        ("follow-up/", {"follow_up_on": "2999-01-04", "follow_up": "Call them."}, False),
    ],
    "edit": [
        ("confirm/", {}, False),
        ("facts/", {"site_name": "二号书店"}, True),
    ],
    "document": [
        ("documents/PAPER/", {**READ, "accept": "corrected"}, False),
        ("documents/PAPER/", {"accept": "refused", "refusal": "Blurred."}, True),
        ("documents/PAPER/", {**READ, "accept": "accepted"}, True),
    ],
    "request": [("requests/add/", {"about": "", "text": "Which?"}, True)],
    "message": [("messages/", {"text": "Which day suits you?"}, False)],
    "step": [("step/withdraw/", {"reason": "They called."}, True)],
}
EACH = [(kind, *act) for kind, acts in ACTS.items() for act in acts]


@pytest.mark.parametrize(("kind", "path", "sent", "seen_by_him"), EACH)
def test_it_is_stale_only_where_he_can_see_what_changed(
    client, li, wei, careful_world, kind, path, sent, seen_by_him
):
    world = careful_world
    applicant = world.applicant(confirmed=False)
    case = world.step(world.case(applicant=applicant), "submit_request")
    paper = world.document(case, "domain_certificate")
    case.refresh_from_db()
    asked = ask(case, li, {"about": "", "text": "What is it for?"}, case.version)
    seen = FilingCase.objects.get(pk=case.pk).version
    client.force_login(li)
    if path == "facts/":
        page = client.get(f"{CASE}{case.pk}/{path}")
        shown = {f.html_name: f.value() for f in page.context["form"] if f.value() is not None}
        sent = {**shown, **sent}
    url = f"{CASE}{case.pk}/{path.replace('PAPER', str(paper.pk))}"
    done = client.post(url, {**PAGE, "version": seen, **sent})
    assert done.status_code == 302, done.content.decode()
    assert HistoryRow.objects.filter(case=case, sequence=seen + 1).get().kind == kind
    client.force_login(wei)
    answer_url = f"/cases/{case.reference}/requests/{asked.pk}/"
    answered = client.post(answer_url, {**PAGE, "version": seen, "answer": "Ours."})
    assert answered.status_code == (409 if seen_by_him else 302)


def test_every_kind_of_row_is_tried():
    # A correction is the taking back of one of these; the applicant is told of it.
    assert {*ACTS, "correction"} == set(HistoryRow.Kind)
