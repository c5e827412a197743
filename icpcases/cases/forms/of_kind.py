"""What a form asks otherwise of what is no website: an App is listed in a store."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import ServiceKind
from icpcases.types import Text

NUMBER_EXAMPLES = {
    ServiceKind.WEBSITE: _("Such as 京ICP备12345678号-1."),
    ServiceKind.APP: _("Such as 京ICP备12345678号-2A."),
    ServiceKind.MINI_PROGRAM: _("Such as 京ICP备12345678号-3X."),
    ServiceKind.QUICK_APP: _("Such as 京ICP备12345678号-4K."),
}
_LABELS: Mapping[str, Text] = {
    "opened_on": _("listed on"),
    "footer_on": _("in the settings since"),
}


def labels_of(kind: ServiceKind) -> Mapping[str, Text]:
    """What the days of the opening and of the footer are called where there is no website."""
    return {} if kind == ServiceKind.WEBSITE else _LABELS


def label_of_kind(fields: Mapping[str, forms.Field], kind: ServiceKind) -> None:
    """Call the days that a form asks for what they are to this kind of service."""
    for name, label in labels_of(kind).items():
        if name in fields:
            fields[name].label = label
