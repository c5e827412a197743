"""Canned reasons: the sentences an office says again and again, in both languages."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from icpcases.rules.documents import Kind
from icpcases.rules.facts import FACT_LABELS

PLACES = [
    ("", _("any document or fact")),
    *((kind.value, _(kind.label)) for kind in Kind),
    *((name, _(label)) for name, label in FACT_LABELS.items() if name not in set(Kind)),
    ("domain", _("domain")),
    ("site_name", _("site name")),
    ("service_leader", _("service leader")),
    ("service_leader_phone", _("service leader's phone")),
    ("subject_leader", _("subject leader")),
    ("subject_leader_phone", _("subject leader's phone")),
]


class CannedReason(models.Model):
    """A usual reason, offered wherever a reason of its subject is typed."""

    class Subject(models.TextChoices):
        """Where a reason is typed."""

        DOCUMENT = "document", _("A document is refused")
        FACT = "fact", _("A fact is asked for")
        REQUEST = "request", _("Something is asked, or asked again")
        RETURN = "return", _("A filing is returned or sent back")
        REFUSAL = "refusal", _("An authority refuses")
        WAIVER = "waiver", _("A request is waived")
        WITHDRAWAL = "withdrawal", _("A case is withdrawn")
        CORRECTION = "correction", _("A step is taken back, a document removed")

    subject = models.CharField(_("subject"), max_length=12, choices=Subject.choices)
    about = models.CharField(
        _("only about"), max_length=30, choices=PLACES, blank=True,
        help_text=_("Leave this as it is to offer the reason for any document or fact."),
    )  # fmt: skip
    text_en = models.CharField(_("text in English"), max_length=500)
    text_zh = models.CharField(_("text in Chinese"), max_length=500)
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("The smallest number comes first.")
    )
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("usual reason")
        verbose_name_plural = _("usual reasons")
        ordering = ("subject", "position", "pk")

    def __str__(self) -> str:
        return self.text(get_language() or "")

    def text(self, language: str) -> str:
        """The sentence in a language."""
        return self.text_zh if language.startswith("zh") else self.text_en
