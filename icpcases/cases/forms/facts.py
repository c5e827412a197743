"""The form of a case's facts, its site and its service leader."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import FilingCase, Province
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.domains import Domain
from icpcases.rules.facts import CHOICES, FACT_LABELS, Facts, ForumAnswer, read_fact
from icpcases.types import Text

from .fields import NumberField, domain_field, keep_masked, phone_field, resident_id_today

NOT_GIVEN = [("", _("not given"))]
YES_NO = [*NOT_GIVEN, ("true", _("Yes")), ("false", _("No"))]


def _choice(name: str) -> forms.ChoiceField:
    options = [(value.value, _(value.label)) for value in CHOICES[name]]
    return forms.ChoiceField(
        label=_(FACT_LABELS[name]), choices=[*NOT_GIVEN, *options], required=False
    )


_FOREIGN_ONLY = _("Only for an enterprise registered outside the Mainland.")
_FORUM_ONLY = _("Only for a forum: whether it has been granted already.")


def _yes_no(name: str, help_text: Text = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_(FACT_LABELS[name]),
        choices=YES_NO,
        required=False,
        empty_value=None,
        help_text=help_text,
        coerce=lambda value: value in ("true", "True", True),
    )


class FactsForm(forms.Form):
    """The facts of a case with its site and service leader; nothing in it is required."""

    applicant_type = _choice("applicant_type")
    mainland_branch = _yes_no("mainland_branch", _FOREIGN_ONLY)
    registration_certificate = _yes_no("registration_certificate", _FOREIGN_ONLY)
    server_region = _choice("server_region")
    access = _choice("access")
    protocol = _choice("protocol")
    forum = _yes_no("forum")
    preapproval = _yes_no("preapproval", _FORUM_ONLY)
    province = forms.ModelChoiceField(
        label=_("province"),
        queryset=Province.objects.all(),
        required=False,
        empty_label=_("not given"),
    )
    site_name = forms.CharField(label=_("site name"), max_length=100, required=False)
    domain = domain_field(required=False, help_text=_("Such as example.cn or 例子.中国."))
    ip_address = forms.GenericIPAddressField(label=_("IP address"), required=False)
    service_leader = forms.CharField(label=_("service leader"), max_length=100, required=False)
    service_leader_phone = phone_field(label=_("service leader's phone"), required=False)
    service_leader_id = NumberField(
        resident_id_today, label=_("service leader's ID number"), required=False
    )

    @classmethod
    def of(cls, case: FilingCase, data: Mapping[str, object] | None = None) -> "FactsForm":
        """The form with what the case holds."""
        initial = {name: _shown(getattr(case, name)) for name in cls.base_fields}
        initial["domain"] = case.domain_unicode
        form = cls(data, initial=initial)
        for name in ("service_leader_phone", "service_leader_id"):
            keep_masked(form, name, getattr(case, name))
        return form

    @property
    def facts(self) -> Facts:
        """The facts entered, with the province's answer looked up; for a verdict beforehand."""
        data = self.cleaned_data
        province = data.get("province")
        names = [n for n in FACT_LABELS if n not in ("province", "province_accepts_forums")]
        return Facts(
            **{name: read_fact(name, _given(data.get(name))) for name in names},
            province=province.pk if province else None,
            province_accepts_forums=ForumAnswer(province.accepts_forums) if province else None,
        )

    def write_to(self, case: FilingCase) -> None:
        """Put what was entered on the case, unsaved."""
        for name, value in self.cleaned_data.items():
            if name in CHOICES or name == "ip_address":
                # Left empty they are not given: '' would count as a change each time.
                value = value or None
            if name != "domain":
                setattr(case, name, value)
        domain: Domain | None = self.cleaned_data["domain"] or None
        case.domain = domain.ascii if domain else ""
        case.domain_unicode = domain.unicode if domain else ""
        case.registrable_domain = domain.registrable if domain else ""


def _given(value: object) -> object:
    return None if value == "" else value


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def conditional_kinds(case: FilingCase) -> list[tuple[Kind, str]]:
    """The conditional documents of a case's route, each with its condition."""
    return [(w.kind, w.when) for w in wanted_documents(case.facts) if w.when]
