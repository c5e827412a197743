"""The builder in a hurry: papers are laid in the file instead of being handed in and judged."""

from typing import Any

from django.utils import timezone

from icpcases.cases.models import Document, FilingCase
from icpcases.rules.documents import wanted_documents

from .world import World


class QuickWorld(World):
    """Where a test is not about documents: half the time to reach a filing goes into them."""

    def supply(self, case: FilingCase) -> FilingCase:
        """Every document the route wants is there and accepted."""
        case.refresh_from_db()
        have = set(case.documents.filter(status="accepted").values_list("kind", flat=True))
        Document.objects.bulk_create(
            Document(
                case=case,
                kind=wanted.kind.value,
                status="accepted",
                issued_in=None if wanted.kind.self_made else "mainland",
                added_at=timezone.now(),
            )
            for wanted in wanted_documents(case.facts)
            if wanted.kind.value not in have
        )
        return case


def many_like(case: FilingCase, number: int, year: int = 2030, **fields: Any) -> list[FilingCase]:
    """So many other drafts of the same applicant as bare rows, the newest first."""
    now = timezone.now()
    made = FilingCase.objects.bulk_create(
        FilingCase(
            reference=f"ICP-{year}-{n:06d}", applicant=case.applicant, domain=f"y{year}-{n}.cn",
            registrable_domain=f"y{year}-{n}.cn", created_at=now, state_since=now, version=1,
            **{"turn": "applicant", "turn_since": now, **fields},
        )
        for n in range(number)
    )  # fmt: skip
    return made[::-1]
