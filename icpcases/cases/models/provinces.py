"""The province table: which administration decides, and whether it takes forums."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from icpcases.rules.facts import PROVINCE_ORDER, ForumAnswer

from .providers import REVIEW_DAYS, REVIEW_RANGE, WEB_ADDRESS


class Province(models.Model):
    """A province whose communications administration decides on filings."""

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    name_en = models.CharField(_("name in English"), max_length=40)
    name_zh = models.CharField(_("name in Chinese"), max_length=20)
    icp_character = models.CharField(_("ICP character"), max_length=1, unique=True)
    administration = models.CharField(_("administration"), max_length=60)
    accepts_forums = models.CharField(
        _("accepts forums"),
        max_length=7,
        choices=[(answer.value, _(answer.label)) for answer in ForumAnswer],
        default=ForumAnswer.UNKNOWN.value,
    )
    checked_on = models.DateField(_("asked on"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    source = models.CharField(_("source of the answer"), max_length=200, blank=True)
    review_days = models.PositiveSmallIntegerField(
        _("administration's review, in working days"),
        null=True,
        blank=True,
        validators=REVIEW_DAYS,
        help_text=_("Left empty, the turn clock of this review counts."),
    )
    phone = models.CharField(
        _("telephone"), max_length=60, blank=True,
        help_text=_("The administration's number, shown on each case that it is reviewing."),
    )  # fmt: skip
    website = models.CharField(
        _("web address"), max_length=200, blank=True, validators=[WEB_ADDRESS],
        help_text=_("Such as https://bjca.miit.gov.cn."),
    )  # fmt: skip
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepts_forums__in=[a.value for a in ForumAnswer]),
                name="province_answer_known",
            ),
            models.CheckConstraint(
                condition=models.Q(review_days=None) | models.Q(review_days__range=REVIEW_RANGE),
                name="province_review_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


def as_readers_look(provinces: Iterable[Province]) -> list[Province]:
    """Provinces as whoever chooses one looks for them: in Chinese in the customary order, else by
    their names."""
    if (get_language() or "").startswith("zh"):
        places = {code: place for place, code in enumerate(PROVINCE_ORDER)}
        return sorted(provinces, key=lambda p: places.get(p.code, len(places)))
    return sorted(provinces, key=lambda p: p.name_en)


class ProvinceAnswer(models.Model):
    """One answer of a province's administration, as it was recorded; never changed."""

    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(_("answer"), max_length=7)
    before = models.CharField(_("answer before"), max_length=7)
    asked_on = models.DateField(_("asked on"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(_("source"), max_length=200)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer of a province")
        verbose_name_plural = _("answers of provinces")
        ordering = ("-recorded_at", "-pk")

    def __str__(self) -> str:
        return f"{self.province_id} {self.answer}"
