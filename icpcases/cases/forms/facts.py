"""The form of a case's facts, its site and its service leader."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import (
    Applicant,
    CertificateType,
    FilingCase,
    ProviderAccess,
    Province,
    Service,
    as_readers_look,
)
from icpcases.rules.apps import APP_PREFIX
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.domains import Domain
from icpcases.rules.facts import (
    CHOICES,
    FACT_DEFAULTS,
    FACT_LABELS,
    ApplicantType,
    Facts,
    FilingType,
    ForumAnswer,
    ServiceKind,
    read_fact,
)
from icpcases.rules.filing_types import INSPECTIONS, JUDGED, TYPES, Leader
from icpcases.types import Text

from .apps import feature_fields, features_of, features_shown
from .fields import (
    IpAddressField,
    NumberField,
    domain_field,
    keep_masked,
    phone_field,
    resident_id_today,
)
from .filed import (
    CHANGEABLE,
    AccessField,
    ServiceField,
    changing_of,
    findings_field,
    let_go,
    say_as_filed,
    subject_name_field,
    term_field,
)

NOT_GIVEN = [("", _("not given"))]
YES_NO = [*NOT_GIVEN, ("true", _("Yes")), ("false", _("No"))]


def _choice(name: str, help_text: Text = "") -> forms.ChoiceField:
    options = [(value.value, _(value.label)) for value in CHOICES[name]]
    return forms.ChoiceField(
        label=_(FACT_LABELS[name]),
        choices=[*NOT_GIVEN, *options],
        required=False,
        help_text=help_text,
    )


_SOLE_TRADER = _("A sole trader (个体工商户) files as an enterprise.")
_MASKED = (
    "subject_leader_phone", "subject_leader_id", "service_leader_phone", "service_leader_id",
)  # fmt: skip
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


def _sure(name: str, help_text: Text = "") -> forms.TypedChoiceField:
    """A fact that is never missing: left out, it is what FACT_DEFAULTS says."""
    default = FACT_DEFAULTS[name]
    return forms.TypedChoiceField(
        label=_(FACT_LABELS[name]),
        choices=[(value.value, _(value.label)) for value in CHOICES[name]],
        required=False,
        initial=default.value,
        empty_value=default.value,
        help_text=help_text,
    )


class _AsReadersLook(ModelChoiceIterator):
    """Provinces in the order in which a reader looks for one."""

    def __iter__(self) -> Iterator[tuple[ModelChoiceIteratorValue | str, str]]:
        yield "", str(self.field.empty_label)
        for province in as_readers_look(self.queryset.all()):
            yield self.choice(province)


class ProvinceField(forms.ModelChoiceField):
    """One of the provinces, offered as readers look for them."""

    iterator = _AsReadersLook


class FactsForm(forms.Form):
    """The facts of a case with its service and its leaders; nothing in it is required.

    What only some filing types or kinds have is a field only there: `applicant` says whose
    services may be chosen.
    """

    filing_type = _sure("filing_type")
    service_kind = _sure("service_kind")
    applicant_type = _choice("applicant_type", _SOLE_TRADER)
    mainland_branch = _yes_no("mainland_branch", _FOREIGN_ONLY)
    registration_certificate = _yes_no("registration_certificate", _FOREIGN_ONLY)
    server_region = _choice("server_region")
    mainland_cdn = forms.TypedChoiceField(
        label=_(FACT_LABELS["mainland_cdn"]),
        choices=YES_NO[:0:-1],
        required=False,
        initial="false",
        empty_value="",
        coerce=lambda value: value in ("true", "True", True),
        help_text=_("Whether a CDN, firewall or storage in the Mainland serves the name as well."),
    )
    access = _choice("access")
    protocol = _choice("protocol")
    forum = _yes_no("forum")
    preapproval = _yes_no("preapproval", _FORUM_ONLY)
    province = ProvinceField(
        label=_("province"),
        queryset=Province.objects.all(),
        required=False,
        empty_label=_("not given"),
    )
    site_name = forms.CharField(
        label=_("site name"), max_length=100, required=False,
        help_text=_("Of an App or program: its name, as users see it."),
    )  # fmt: skip
    domain = domain_field(required=False, help_text=_("Such as example.cn or 例子.中国."))
    ip_address = IpAddressField(label=_("IP address"), required=False)
    subject_leader = forms.CharField(
        label=_("subject leader"), max_length=100, required=False,
        help_text=_("Left empty, it is the service leader."),
    )  # fmt: skip
    subject_leader_phone = phone_field(label=_("subject leader's phone"), required=False)
    subject_leader_id = NumberField(
        resident_id_today, label=_("subject leader's ID number"), required=False
    )
    service_leader = forms.CharField(label=_("service leader"), max_length=100, required=False)
    service_leader_phone = phone_field(label=_("service leader's phone"), required=False)
    service_leader_id = NumberField(
        resident_id_today, label=_("service leader's ID number"), required=False
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        initial: Mapping[str, object] | None = None,
        applicant: Applicant | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        given = self._typed("filing_type") or FilingType.FIRST.value
        self.of_type = FilingType(given) if given in set(FilingType) else FilingType.FIRST
        self._offer_services(applicant)
        if self.of_type == FilingType.CHANGE:
            self._insert("subject_name", subject_name_field())
        if self.of_type == FilingType.INSPECTION:
            self._insert("term", term_field())
            self._insert("findings", findings_field())
        if self.of_type not in JUDGED:
            self._ask_only(asked_of(self.of_type))
        elif self._typed("service_kind") == ServiceKind.APP:
            self.fields.update(feature_fields())

    def _typed(self, name: str) -> str:
        """What stands in a field that decides on others: typed, or as the case has it."""
        source = self.data if self.is_bound else self.initial
        return str(source.get(name) or "")

    def _insert(self, name: str, field: forms.Field) -> None:
        """Put a field behind the type and what it is about."""
        others = list(self.fields)
        self.fields[name] = field
        self.order_fields([*others[:2], name, *others[2:]])

    def _ask_only(self, asked: frozenset[str]) -> None:
        """Carry along what no rule of this type asks, and who is meant where none is named."""
        for name, field in self.fields.items():
            if name not in asked:
                field.widget = forms.HiddenInput()
            elif name in set(Leader):
                field.help_text = _("Left empty, it is whom the register names.")

    def _offer_services(self, applicant: Applicant | None) -> None:
        if applicant is None or applicant.pk is None or not TYPES[self.of_type].about_service:
            return
        services = Service.objects.filter(subject__applicant=applicant)
        if self.of_type == FilingType.CANCEL_ACCESS:
            accesses = ProviderAccess.objects.filter(service__in=services, until__isnull=True)
            self._insert("provider_access", AccessField(accesses))
        self._insert("service", ServiceField(services))

    @property
    def asks(self) -> Text:
        """What an errand that ends or inspects something is to be given; of others nothing."""
        return _ASKS.get(self.of_type, "")

    @property
    def service(self) -> Service | None:
        """The service that stands in the form, one of the applicant's own."""
        field = self.fields.get("service")
        if not isinstance(field, ServiceField):
            return None
        try:
            found: Service | None = field.clean(self["service"].value())
        except forms.ValidationError:
            return None
        return found

    @classmethod
    def of(cls, case: FilingCase, data: Mapping[str, object] | None = None) -> Self:
        """The form with what the case holds."""
        names = (*cls.base_fields, "subject_name", "findings", "term", "service", "provider_access")
        initial = {name: _shown(getattr(case, name)) for name in names}
        initial["domain"] = case.domain_unicode
        proposed = own_leader(case)
        initial |= proposed
        initial |= features_shown(case.app_features)
        form = cls(data, initial=initial, applicant=case.applicant)
        for name in _MASKED:
            keep_masked(form, name, getattr(case, name) or proposed.get(name, ""))
        return form._offer_types(inspections=case.is_of in INSPECTIONS)

    @classmethod
    def only(
        cls, case: FilingCase, name: str, data: Mapping[str, object] | None = None
    ) -> "FactsForm | None":
        """The form with one of its fields, as a request asks for it; None where it has none.

        On the rest, the case decides as it is.
        """
        form = cls.part(case, [name], data)
        return form if form.fields else None

    @classmethod
    def part(
        cls, case: FilingCase, names: Iterable[str], data: Mapping[str, object] | None = None
    ) -> Self:
        """The form with some of its fields, those that this errand has; a page asks for them.

        On the rest, the case decides as it is.
        """
        asked = tuple(names)
        sent: dict[str, object] | None = None
        if data is not None:
            sent = {"filing_type": case.filing_type, "service_kind": case.service_kind}
            sent |= {name: data[name] for name in asked if name in data}
        form = cls.of(case, sent)
        form.keep_only(name for name in asked if name in form.fields)
        return form

    def keep_only(self, names: Iterable[str]) -> None:
        """Leave out every field but these, and what nobody is asked."""
        self.fields = {n: self.fields[n] for n in names if not self.fields[n].widget.is_hidden}

    @property
    def only_value(self) -> object:
        """What a form with one field holds, as JSON keeps it; None for nothing given."""
        [value] = self.cleaned_data.values()
        if isinstance(value, Domain):
            return value.unicode
        if isinstance(value, Model):
            return value.pk
        if isinstance(value, bool):
            return value
        return str(value) if value not in (None, "") else None

    @classmethod
    def answered(cls, case: FilingCase, name: str, value: object) -> "FactsForm | None":
        """The same with a value that was kept as JSON, to be judged and written."""
        return cls.only(case, name, {name: _shown(value)})

    def for_applicants(self) -> Self:
        """The same form as applicants fill it in: an inspection is begun by whoever inspects."""
        return self._offer_types(inspections=False)

    def _offer_types(self, inspections: bool) -> Self:
        """Offer the types that begin alike: an inspection at the office, all others as a draft."""
        field = self.fields["filing_type"]
        assert isinstance(field, forms.ChoiceField)
        offered = [value for value in FilingType if (value in INSPECTIONS) == inspections]
        field.choices = [(value.value, _(value.label)) for value in offered]
        return self

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
        """Put what was entered on the case, unsaved; of a change, remember what it changes."""
        before = {name: getattr(case, name) for name in CHANGEABLE}
        of_type = case.filing_type
        for name, value in self.cleaned_data.items():
            if (name in CHOICES and name not in FACT_DEFAULTS) or name == "ip_address":
                # Left empty they are not given: '' would count as a change each time.
                value = value or None
            if name == "mainland_cdn":
                value = bool(value)
            if name != "domain" and not name.startswith(APP_PREFIX):
                setattr(case, name, value)
        if case.filing_type != of_type:
            let_go(case)
        if "domain" in self.cleaned_data:
            domain: Domain | None = self.cleaned_data["domain"] or None
            case.domain = domain.ascii if domain else ""
            case.domain_unicode = domain.unicode if domain else ""
            case.registrable_domain = domain.registrable if domain else ""
        if self.of_type not in JUDGED:
            say_as_filed(case, asked_of(self.of_type))
        features_asked = any(name.startswith(APP_PREFIX) for name in self.fields)
        if case.service_kind == ServiceKind.APP and features_asked:
            case.app_features = features_of(self.cleaned_data)
        case.changing = changing_of(case, before) if case.is_of == FilingType.CHANGE else {}


def own_leader(case: FilingCase) -> dict[str, str]:
    """Who leads the service of an individual where nobody is named: himself, as a proposal."""
    named = case.service_leader or case.service_leader_phone or case.service_leader_id
    if case.applicant_type != ApplicantType.INDIVIDUAL or named or case.is_of not in JUDGED:
        return {}
    person = case.applicant
    by_id = person.certificate_type == CertificateType.RESIDENT_ID
    return {
        "service_leader": person.name,
        "service_leader_phone": person.phone,
        "service_leader_id": person.certificate_number if by_id else "",
    }


def asked_of(filing_type: FilingType) -> frozenset[str]:
    """The fields of an errand that ends or inspects what is filed: what it is about, whose
    administration decides, and whom the SMS check asks. All else the register knows."""
    about = TYPES[filing_type]
    leaders = {name for leader in about.sms for name in (leader.value, f"{leader.value}_phone")}
    own = {"term", "findings"} if about.inspection else {"province"}
    return frozenset({"filing_type", "service", "provider_access"} | own | leaders)


_ASKS: Mapping[FilingType, Text] = {
    FilingType.CANCEL_SERVICE: _(
        "Say which service is to be cancelled, in which province, and whom the SMS check asks. "
        "All else is as the register has it."
    ),
    FilingType.CANCEL_SUBJECT: _(
        "The subject is to be cancelled with all its services: say in which province, and whom "
        "the SMS check asks. All else is as the register has it."
    ),
    FilingType.CANCEL_ACCESS: _(
        "Say which access is to end, and in which province. All else is as the register has it."
    ),
    FilingType.INSPECTION: _(
        "Say which service is inspected, what the provider or the authority wants, and by which "
        "day. All else is as the register has it."
    ),
}


def _given(value: object) -> object:
    return None if value == "" else value


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Model):
        return value.pk
    return "" if value is None else value


def conditional_kinds(case: FilingCase) -> list[tuple[Kind, str]]:
    """The conditional documents of a case's route, each with its condition."""
    return [(w.kind, w.when) for w in wanted_documents(case.facts, case.changed) if w.when]


def plain_fact(case: FilingCase, name: str) -> object:
    """What a case has in a field of its facts, as an answer keeps it."""
    value = case.domain_unicode if name == "domain" else getattr(case, name)
    if isinstance(value, Model):
        return value.pk
    return None if value == "" else value


def in_words(field: forms.Field, value: object) -> str:
    """A value of a fact's field as its own control names it; a dash for none."""
    if value is None:
        return "—"
    if isinstance(field, forms.ChoiceField):
        shown = str(_shown(value))
        offered: Any = field.choices
        return next((str(name) for code, name in offered if str(code) == shown), shown)
    return str(value)
