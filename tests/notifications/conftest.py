"""Mail that is owed, and a real server that takes it, is slow, or refuses."""

import pytest

from icpcases.cases.models import Notice, Setting
from icpcases.notifications.delivery import deliver, worker_name
from icpcases.workflow.engine import perform
from tests.harness.smtp import running_mail_server


@pytest.fixture(autouse=True)
def no_wait(db):
    """The mail of a step leaves at once: how it waits is tried in test_waiting.py."""
    Setting.objects.filter(pk="mail_wait_minutes").update(value=0)


@pytest.fixture
def mail(settings):
    """A mail server that takes everything it is given."""
    with running_mail_server(settings) as server:
        yield server


@pytest.fixture
def owe(world, li):
    """`owe("en", …)`: one notice for each language, each on a case of its own."""

    def make(*languages: str) -> list[Notice]:
        cases = []
        for n, language in enumerate(languages):
            applicant = world.applicant(language=language, email=f"a{n}@example.com")
            case = world.case(applicant=applicant)
            case.people.all().delete()
            data = {"tell": True, "note_public": "Soon.", "note_internal": "A secret."}
            cases.append(perform(case, "submit_request", li, data, case.version))
        return list(Notice.objects.filter(case__in=cases))

    return make


@pytest.fixture
def one_pass():
    """One pass of a new worker: what it did."""
    return lambda: dict(+deliver(worker_name()))
