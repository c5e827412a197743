"""Forms about the register: what was found there, a correction, a loss."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Provider, Province, Service
from icpcases.rules import numbers
from icpcases.rules.domains import Domain, parse_domain
from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import A_LICENCE, A_SERVICES, IcpNumber, icp_number, service_number
from icpcases.rules.numbers import NumberError

from .apps import feature_fields, features_of, features_shown
from .fields import NumberField, PastDateField, phone_field, resident_id_today, sentence_of_error
from .of_kind import NUMBER_EXAMPLES, label_of_kind


def subject_number(text: str) -> IcpNumber:
    """A subject filing's own number. Raises NumberError."""
    number = icp_number(text)
    if number.n is not None:
        raise NumberError(A_SERVICES)
    if number.licence:
        raise NumberError(A_LICENCE)
    return number


def leaders_last(names: Iterable[str]) -> list[str]:
    """What is filed comes first, then who is in charge, then where it was seen and why."""
    last = ("looked_up_on", "reason")
    return sorted(names, key=lambda name: ("_leader" in name) + 2 * (name in last))


class FoundForm(forms.Form):
    """Something that no case of ours has filed, as it was looked up."""

    looked_up_on = PastDateField(
        initial=timezone.localdate,
        label=_("looked up on"),
        help_text=_("In the ministry's public register."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["looked_up_on"].initial = timezone.localdate()
        self.order_fields(leaders_last(self.fields))


class SubjectLeaderFields(forms.Form):
    """The person in charge of the subject."""

    subject_leader = forms.CharField(label=_("subject leader"), max_length=100, required=False)
    subject_leader_phone = phone_field(label=_("subject leader's phone"), required=False)
    subject_leader_id = NumberField(
        resident_id_today, label=_("subject leader's ID number"), required=False
    )


class ServiceLeaderFields(forms.Form):
    """The person in charge of the service."""

    service_leader = forms.CharField(label=_("service leader"), max_length=100, required=False)
    service_leader_phone = phone_field(label=_("service leader's phone"), required=False)
    service_leader_id = NumberField(
        resident_id_today, label=_("service leader's ID number"), required=False
    )


class FoundSubjectForm(FoundForm, SubjectLeaderFields):
    """The applicant's subject filing."""

    province = forms.ModelChoiceField(label=_("province"), queryset=Province.objects.all())
    number = NumberField(
        subject_number, label=_("subject number"), help_text=_("Such as 京ICP备12345678号.")
    )
    filed_on = PastDateField(label=_("filed on"), help_text=_("The true day, however old."))

    def clean(self) -> dict[str, object]:
        """Hold the number's character against the province."""
        data = super().clean() or self.cleaned_data
        province, number = data.get("province"), data.get("number")
        if province and number and number.character != province.icp_character:
            self.add_error(
                "number",
                _("The number of a subject in %(province)s begins with %(character)s.")
                % {"province": province, "character": province.icp_character},
            )
        return data


def _domains(text: str) -> list[Domain]:
    found = [parse_domain(line) for line in text.splitlines() if line.strip()]
    return list(dict.fromkeys(found))


class DomainsField(forms.CharField):
    """Domains, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def clean(self, value: object) -> object:
        """The domains. Raises ValidationError with the sentence about the first bad one."""
        try:
            return _domains(super().clean(value))
        except NumberError as error:
            raise ValidationError(sentence_of_error(error)) from error


class ServiceForm(ServiceLeaderFields):
    """A service with its dates and duties, in the words of its kind; an App with its features."""

    service_kind = forms.ChoiceField(
        label=_("service kind"), choices=[(kind.value, _(kind.label)) for kind in ServiceKind]
    )
    name = forms.CharField(label=_("name"), max_length=100)
    number = forms.CharField(label=_("service number"), max_length=60)
    domains = DomainsField(
        label=_("domains"), required=False, help_text=_("One a line; old filings have several.")
    )
    filed_on = PastDateField(label=_("filed on"), help_text=_("The true day, however old."))
    opened_on = PastDateField(label=_("opened on"), required=False)
    footer_on = PastDateField(label=_("number in the footer since"), required=False)
    public_security_number = NumberField(
        numbers.public_security_number, label=_("public-security number"), required=False
    )
    public_security_on = PastDateField(label=_("public-security filing on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self["service_kind"].value()
        kind = ServiceKind(given) if given in set(ServiceKind) else ServiceKind.WEBSITE
        self.fields["number"].help_text = NUMBER_EXAMPLES[kind]
        label_of_kind(self.fields, kind)
        self.features: tuple[str, ...] = ()
        if kind == ServiceKind.APP:
            self.features = tuple(feature_fields())
            self.fields.update(feature_fields())
        self.order_fields(leaders_last(self.fields))

    def clean(self) -> dict[str, object]:
        """Read the number as its kind's, and of an App what it is known by."""
        data = super().clean() or self.cleaned_data
        data["app_features"] = features_of(data)
        if self.features and not set(self.features) & set(self.data):
            # The page was shown before it was known to be an App, and had no place for them.
            self.add_error("service_kind", _("An App is known by its features: enter them too."))
        typed, kind = data.get("number"), data.get("service_kind")
        if typed and kind:
            try:
                data["number"] = service_number(str(typed), ServiceKind(kind))
            except NumberError as error:
                self.add_error("number", sentence_of_error(error))
        if kind == ServiceKind.WEBSITE and not data.get("domains") and "domains" not in self.errors:
            self.add_error("domains", _("A website has a domain."))
        return data


class AccessFields(forms.Form):
    """Who hosts a service, and since when."""

    provider = forms.ModelChoiceField(
        label=_("hosted at"), queryset=Provider.objects.filter(active=True), required=False,
        empty_label=_("nobody, or not known"),
    )  # fmt: skip
    since = PastDateField(
        label=_("hosted since"), required=False, help_text=_("Left empty, it is not known.")
    )


class FoundServiceForm(FoundForm, AccessFields, ServiceForm):
    """A service that stands in the public register."""


class FoundAccessForm(FoundForm, AccessFields):
    """That another provider hosts a service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].required = True


class CorrectionForm(ServiceForm):
    """A service as it should stand, where our own record was wrong."""

    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where our record was wrong; what the register itself has is changed "
                    "by a change filing."),
    )  # fmt: skip

    @classmethod
    def of(cls, service: Service, data: Any = None) -> "CorrectionForm":
        """The form with what the service has."""
        names = [name for name in cls.base_fields if name not in ("domains", "reason")]
        initial = {name: getattr(service, name) for name in names}
        initial["domains"] = "\n".join(d.domain_unicode for d in service.domains.all())
        initial |= features_shown(service.app_features)
        return cls(data, initial=initial)


class LossForm(forms.Form):
    """A filing or an access that was taken away without anybody asking for it."""

    lost_on = PastDateField(label=_("lost on"), initial=timezone.localdate)
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
