"""Who runs this site, for the foot of every page and mail."""

from django import template

from icpcases import office as runner
from icpcases.cases.outbox import site_url

register = template.Library()


@register.simple_tag
def office() -> runner.Office:
    """The office in the reader's language."""
    return runner.office()


@register.simple_tag
def privacy_link() -> str:
    """The whole address of the page about privacy, for a mail."""
    return site_url("/privacy/")
