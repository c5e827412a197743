"""What stands in the register, row by row, to hold two moments against each other."""

from typing import Any

from icpcases.cases.models import (
    Applicant,
    ProviderAccess,
    Service,
    ServiceDomain,
    SubjectFiling,
)


def register() -> dict[str, list[dict[str, Any]]]:
    """Every row of the register's tables, and the names that a change filing may change."""
    tables = (SubjectFiling, Service, ServiceDomain, ProviderAccess)
    rows: dict[str, list[dict[str, Any]]] = {
        model.__name__: [*map(dict, model.objects.order_by("pk").values())] for model in tables
    }
    return rows | {"Applicant": [*map(dict, Applicant.objects.order_by("pk").values("pk", "name"))]}


def states() -> list[str]:
    """The state of each subject and each service, as `number state`, subjects first."""
    return [
        f"{number} {state}"
        for model in (SubjectFiling, Service)
        for number, state in model.objects.order_by("pk").values_list("number", "state")
    ]
