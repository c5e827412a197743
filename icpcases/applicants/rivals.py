"""Somebody's own errands about the site that another of his is to be about."""

from django.utils.translation import gettext as _

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import STATES, Phase
from icpcases.rules.domains import Domain
from icpcases.rules.filing_types import INSPECTIONS, MAKING

_OVER = [s.value for s, about in STATES.items() if about.phase in (Phase.CLOSED, Phase.DONE)]


def own_errands(user: Actor, case: FilingCase, domain: Domain | None = None) -> list[FilingCase]:
    """Other cases of the user, drafts among them, about this name and kind of service; of those
    alone whose end makes a service. Without a name, none."""
    if domain is None or case.is_of not in MAKING:
        return []
    others = FilingCase.objects.filter(
        people__user=user.pk,
        registrable_domain=domain.registrable,
        service_kind=case.service_kind,
    )
    others = others.exclude(state__in=_OVER).exclude(filing_type__in=INSPECTIONS)
    return list(others.exclude(pk=case.pk).order_by("-pk")[:5])


def told_of_own(user: Actor, case: FilingCase, form: FactsForm) -> list[FilingCase]:
    """The user's other cases about the name just typed: he is told at once, at the name.

    The name that the case has already may stay: nothing else of the page is kept back for it.
    """
    domain = form.cleaned_data.get("domain") if form.is_bound and form.is_valid() else None
    if not domain or domain.ascii == case.domain:
        return []
    found = own_errands(user, case, domain)
    if found:
        form.add_error("domain", _("You have a case about this domain already."))
    return found


def own_drafts(user: Actor, case: FilingCase) -> list[FilingCase]:
    """Other drafts of the user about the same name: of the rest, a rule speaks."""
    if not case.registrable_domain:
        return []
    domain = Domain(case.domain, case.domain_unicode, case.registrable_domain)
    return [other for other in own_errands(user, case, domain) if other.state == "draft"]
