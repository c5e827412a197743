"""The form of what an administration answered about forums."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import ForumAnswer

from .fields import PastDateField


class ProvinceAnswerForm(forms.Form):
    """What an administration answered when asked whether it takes forums."""

    accepts_forums = forms.ChoiceField(
        label=_("accepts forums"), choices=[(a.value, _(a.label)) for a in ForumAnswer]
    )
    asked_on = PastDateField(label=_("asked on"), initial=timezone.localdate)
    source = forms.CharField(
        label=_("source of the answer"),
        max_length=200,
        help_text=_("Who answered, and how: a phone call, a letter, a page."),
    )
