"""Whoever keeps the accounts cannot take a role's group away, by which the program knows it."""

import pytest
from django.contrib.auth.models import Group, User

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
GROUPS = "/admin/auth/group/"


@pytest.fixture
def as_root(client):
    client.force_login(User.objects.create_superuser("root", password=None))
    return client


def names() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


def test_a_role_is_neither_renamed_nor_deleted(as_root):
    officer = Group.objects.get(name="officer")
    assert as_root.get(f"{GROUPS}{officer.pk}/change/").status_code == 200
    assert as_root.post(f"{GROUPS}{officer.pk}/change/", {"name": "clerk"}).status_code == 403
    assert as_root.post(f"{GROUPS}{officer.pk}/delete/", {"post": "yes"}).status_code == 403
    several = {"action": "delete_selected", "_selected_action": [officer.pk], "post": "yes"}
    assert as_root.post(GROUPS, several).status_code == 403
    assert names() == ["auditor", "officer", "supervisor"]


def test_any_other_group_is(as_root):
    other = Group.objects.create(name="readers")
    as_root.post(f"{GROUPS}{other.pk}/change/", {"name": "guests"})
    assert names() == ["auditor", "guests", "officer", "supervisor"]
    as_root.post(f"{GROUPS}{other.pk}/delete/", {"post": "yes"})
    assert names() == ["auditor", "officer", "supervisor"]
