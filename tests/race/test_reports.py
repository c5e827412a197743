"""Several readers of an old board in the same second: one counts, nobody waits for a third."""

import datetime as dt

import pytest
from django.utils import timezone

from icpcases.cases.models import Summary
from icpcases.reports import cache
from tests.harness.race import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("first_ever", [True, False])
def test_one_of_several_readers_counts(world, first_ever):
    world.case()
    old = timezone.now() - dt.timedelta(minutes=5)
    for _round in range(5):
        Summary.objects.all().delete()
        if not first_ever:
            cache.figures()
            Summary.objects.update(made_at=old)
        found = together(*[cache.figures] * 4)
        assert [figures.cases for figures in found] == [found[0].cases] * 4
        made = {figures.as_of for figures in found} - {old}
        # The very first figures are not waited for: who finds none counts for itself.
        assert len(made) == 1 or first_ever
        assert Summary.objects.get().leased_until is None
