"""Who runs this site, for the foot of every page and mail."""

from django import template

from icpcases.cases.outbox import site_url
from icpcases.office import Operator, site_operator

register = template.Library()


@register.simple_tag(name="office")
def office_of_reader() -> Operator:
    """The office in the reader's language."""
    return site_operator()


@register.simple_tag
def privacy_link() -> str:
    """The whole address of the page about privacy, for a mail."""
    return site_url("/privacy/")
