"""A database that does not answer has its own page, whatever is asked and whoever asks."""

import pytest
from django.db import connection
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.mark.parametrize(
    "path", ["/apply/", "/cases/", "/sign-in/code/", "/i18n/setlang/", "/admin/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_told_and_is_no_fault_of_ours(wei, silent_client, method, path):
    page = getattr(silent_client, method)(path, {"email": "wei@example.com"})
    assert page.status_code == 503


@pytest.fixture
def silent_client(wei):
    client = Client(raise_request_exception=False)
    client.force_login(wei)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session RENAME TO django_session_gone")
    return client
