"""What cases and applicants are found by: one line for each, and the tokens of all of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchText(models.Model):
    """The line of a case (search/tokens.py): the truth its tokens follow from."""

    case = models.OneToOneField(
        "cases.FilingCase", on_delete=models.PROTECT, primary_key=True, related_name="search_text"
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text a case is found by")
        verbose_name_plural = _("texts cases are found by")

    def __str__(self) -> str:
        return self.text.partition("\n")[0]


class SearchToken(models.Model):
    """One token of one case, in the order in which searches read them: newest case last."""

    pk = models.CompositePrimaryKey("token", "case_id")
    token = models.CharField(_("token"), max_length=50)
    # No constraint: cases are never deleted, and check_cases compares every token.
    case = models.ForeignKey(
        "cases.FilingCase",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("search token")
        verbose_name_plural = _("search tokens")

    def __str__(self) -> str:
        return f"{self.token}: {self.case_id}"


class ApplicantText(models.Model):
    """The line of an applicant: what he is found by, with a case or without one."""

    applicant = models.OneToOneField(
        "cases.Applicant", on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("search text of an applicant")
        verbose_name_plural = _("search texts of applicants")

    def __str__(self) -> str:
        return self.text.partition("\n")[0]


class ApplicantToken(models.Model):
    """One token of one applicant, in the order in which searches read them."""

    pk = models.CompositePrimaryKey("token", "applicant_id")
    token = models.CharField(_("token"), max_length=50)
    applicant = models.ForeignKey(
        "cases.Applicant",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("search token of an applicant")
        verbose_name_plural = _("search tokens of applicants")

    def __str__(self) -> str:
        return f"{self.token}: {self.applicant_id}"
