"""What is entered on the way of a filing: to the provider, by SMS, at the administration."""

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.fields import (
    DayField,
    NumberField,
    PaperNumberField,
    PastDateField,
    ReasonsField,
)
from icpcases.cases.forms.of_kind import NUMBER_EXAMPLES, label_of_kind
from icpcases.cases.models import FilingCase, Order, Provider, SmsCheck
from icpcases.lifecycle.states import State
from icpcases.register.numbers import look_up_number, proposed_number
from icpcases.rules import numbers
from icpcases.rules.about_case import NUMBER_VALID, OPEN_AFTER_FILING, SUBJECT_IDLE
from icpcases.rules.about_register import SUBJECT_KNOWN
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.rules.icp_numbers import IcpNumber, service_number
from icpcases.rules.rule import Party
from icpcases.workflow.dossier import CaseDossier

from .base import ReasonsForm, StepForm


class SubmissionForm(StepForm):
    """A submission: provider and order number, where no order is alive."""

    on_rules = {SUBJECT_IDLE.code: "provider", SUBJECT_KNOWN.code: "provider"}

    provider = forms.ModelChoiceField(
        label=_("provider"), queryset=Provider.objects.filter(active=True)
    )
    order_number = PaperNumberField(
        label=_("order number"),
        max_length=60,
        help_text=_("The number of a running order of this subject puts the case on that order."),
    )
    order_created_on = PastDateField(
        label=_("order created on"),
        required=False,
        help_text=_("Where the provider counts an order's life from its creation."),
    )

    def prepare(self) -> None:
        """Ask for an order only where a new one starts."""
        if self.rows.usable_order or self.case.about.inspection:
            for name in ("provider", "order_number", "order_created_on"):
                del self.fields[name]
            return
        if not self.rows.lean:
            self.show_examples()
        running = [order for order in self.rows.running if order.provider_id not in self.hosts()]
        if running:
            # The one order that this subject may have before anybody now.
            self.fields["provider"].initial = running[0].provider_id
            self.fields["order_number"].initial = running[0].number

    def show_examples(self) -> None:
        """Show beside the field how each provider's numbers look."""
        providers = Provider.objects.filter(active=True).exclude(order_number_example="")
        shown = [_("%(provider)s: %(example)s.") % {
            "provider": provider.name, "example": provider.order_number_example,
        } for provider in providers]  # fmt: skip
        field = self.fields["order_number"]
        field.help_text = " ".join(map(str, [field.help_text, *shown]))

    def clean_order_number(self) -> str:
        """The number in half width: Chinese input methods type full-width characters."""
        return unicodedata.normalize("NFKC", self.cleaned_data["order_number"]).strip()

    def hosts(self) -> set[int]:
        """The providers that host the service already, where another one is to do so as well."""
        service = self.case.service
        if self.case.is_of != FilingType.ADD_ACCESS or service is None:
            return set()
        return set(service.accesses.filter(until=None).values_list("provider_id", flat=True))

    def clean(self) -> dict[str, object]:
        """Hold the number against the provider's format and the orders there are."""
        data = self.cleaned_data
        provider, number = data.get("provider"), data.get("order_number")
        if provider and number:
            self.rows.order_to_join = self.order_named
            wrong = self.unlike(provider, number) or self.taken(provider)
            if wrong:
                self.add_error("order_number", wrong)
        return super().clean()

    def unlike(self, provider: Provider, number: str) -> str:
        """What is wrong with the number's form; empty where nothing is."""
        wanted = provider.order_number_format
        if not wanted or re.fullmatch(wanted, number):
            return ""
        if provider.order_number_example:
            sentence = _("An order number of this provider looks like this: %(example)s.")
            return sentence % {"example": provider.order_number_example}
        sentence = _("An order number of this provider fits this pattern: %(pattern)s.")
        return sentence % {"pattern": wanted}

    @cached_property
    def order_named(self) -> Order | None:
        """The order that has the number entered; in a change it is held until the end."""
        provider, number = (self.cleaned_data.get(n) for n in ("provider", "order_number"))
        named = Order.objects.filter(provider=provider, number=number)
        # Of two that would be the last to join, the second waits and counts the first.
        return (named.select_for_update() if self.rows.lean else named).first()

    def taken(self, provider: Provider) -> str:
        """Why the case cannot go by the order that has this number; empty where it can."""
        order = self.order_named
        if order is None:
            return ""
        if order.applicant_id != self.case.applicant_id:
            sentence = _("This is the number of another subject's order: %(client)s.")
            return sentence % {"client": order.applicant.name}
        if order.ended_on is not None or order.memberships.filter(case=self.case).exists():
            return str(_("The order with this number has ended; a new one has a new number."))
        most, there = provider.services_per_order, order.memberships.filter(left_on=None).count()
        if most and there >= most:
            sentence = _("This provider takes %(number)s services on one order at most.")
            return sentence % {"number": most}
        return ""

    def entered_dossier(self) -> CaseDossier:
        """The dossier with the provider that was chosen."""
        dossier = super().entered_dossier()
        provider = self.cleaned_data.get("provider")
        if provider is None:
            return dossier
        number = self.cleaned_data["order_number"]
        return dossier.but(provider=provider.name, order_number=number)


class ReturnForm(ReasonsForm):
    """A return, and who returned it; each reason is the applicant's affair or the office's."""

    returned_by = forms.ChoiceField(
        label=_("returned by"),
        choices=[(p.value, _(p.label)) for p in (Party.PROVIDER, Party.MINISTRY, Party.AUTHORITY)],
    )

    def prepare(self) -> None:
        """Suggest whoever the case is with."""
        super().prepare()
        field = self.fields["reasons"]
        assert isinstance(field, ReasonsField)
        field.let_office_keep()
        self.fields["returned_by"].initial = _WITH.get(self.case.is_at, Party.PROVIDER)


_WITH = {
    State.SMS_VERIFICATION: Party.MINISTRY,
    State.AUTHORITY_REVIEW: Party.AUTHORITY,
}


class SentForm(StepForm):
    """The moment at which the provider sent the filing on: the SMS check runs from it."""

    def prepare(self) -> None:
        """Ask for day and hour, and show that it may be now."""
        field = self.fields["happened"]
        field.label, field.required = _("sent at"), True
        field.help_text = _("Beijing time, to the minute: the 24 hours of the SMS run from it.")
        field.initial = timezone.localtime().replace(second=0, microsecond=0)
        self.order_fields(["happened"])


class ConfirmForm(StepForm):
    """Who has answered the SMS check."""

    person = forms.ChoiceField(label=_("who has answered"))

    def late_for_applicant(self) -> bool:
        """Once the window is over, it may have been answered before."""
        due_at = self.case.due_at
        return due_at is not None and due_at < timezone.now()

    def prepare(self) -> None:
        """Offer those who have not; one alone need not be named, but is shown."""
        if self.for_applicant:
            self.fields["happened"].label = _("when the code was entered")
            self.fields["happened"].help_text = _(
                "Beijing time. Fill it in if it was before the time was over; empty, it is now."
            )
        waiting = self.rows.unanswered
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        offered = [(c.person, person_label(c)) for c in waiting]
        typed = self.data.get("person")
        if typed is not None and typed not in dict(offered):
            # Whoever was meant has answered meanwhile: nobody else is put in the place.
            offered = [("", "---------"), *offered]
        field.choices = offered
        field.required = typed is not None or len(waiting) > 1


def person_label(check: SmsCheck) -> str:
    """A person the SMS check asks, by part and name."""
    part = check.get_person_display()
    return f"{part}: {check.name}" if check.name else part


class OfKindField(NumberField):
    """The number of a service; the form says of which kind."""

    def __init__(self, **options: Any) -> None:
        super().__init__(self.read_kind, **options)
        self.kind = ServiceKind.WEBSITE

    def read_kind(self, typed: str) -> IcpNumber:
        """The number. Raises NumberError where it is none, or another kind's."""
        return service_number(typed, self.kind)


class ApprovalForm(StepForm):
    """The service number, and the day it was granted."""

    on_rules = {NUMBER_VALID.code: "icp_number"}
    day_of = "filed_on"

    icp_number = OfKindField(label=_("ICP number"))
    filed_on = PastDateField(label=_("granted on"), initial=timezone.localdate)

    def prepare(self) -> None:
        """Read the number as its kind's, and propose the subject's next."""
        field = self.fields["icp_number"]
        assert isinstance(field, OfKindField)
        # The field of this form, not of all.
        field.kind, field.read = self.case.facts.service_kind, field.read_kind
        field.help_text = NUMBER_EXAMPLES[field.kind]
        proposed = proposed_number(self.case)
        character = self.case.province.icp_character if self.case.province else ""
        field.initial = str(proposed) if proposed else f"{character}ICP备" if character else ""

    def clean_filed_on(self) -> dt.date:
        """The day of the grant: not before the order was first submitted."""
        return self.not_before_submission(self.cleaned_data["filed_on"])

    def entered_dossier(self) -> CaseDossier:
        """The dossier with what is known about the number."""
        number = self.cleaned_data["icp_number"]
        return super().entered_dossier().but(number=look_up_number(self.case, number))


class CompleteForm(StepForm):
    """The day from which the register says what the errand was about."""

    day_of = "completed_on"

    completed_on = PastDateField(label=_("done on"), initial=timezone.localdate)

    def clean_completed_on(self) -> dt.date:
        """The day: not before the order was first submitted."""
        return self.not_before_submission(self.cleaned_data["completed_on"])


def not_before_filing(case: FilingCase, day: dt.date) -> dt.date:
    """A day after the filing. Raises ValidationError for one before the number was granted."""
    filed_on = case.service.filed_on if case.service else None
    if filed_on and day < filed_on:
        sentence = _("The number was granted on %(day)s; this cannot lie earlier.")
        raise ValidationError(sentence, params={"day": filed_on.isoformat()})
    return day


class OpeningForm(StepForm):
    """The opening of the site."""

    on_rules = {OPEN_AFTER_FILING.code: "opened_on"}
    day_of = "opened_on"

    opened_on = DayField(
        label=_("opened on"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def prepare(self) -> None:
        """Ask when it was listed, where no site opens."""
        label_of_kind(self.fields, self.case.facts.service_kind)

    def entered_dossier(self) -> CaseDossier:
        """The dossier with the opening that was entered."""
        opening = self.cleaned_data["opened_on"]
        return super().entered_dossier().but(opening=opening, today=timezone.localdate())


class FooterForm(StepForm):
    """The number in the footer."""

    footer_on = PastDateField(label=_("in the footer since"), initial=timezone.localdate)

    def prepare(self) -> None:
        """Ask since when it stands in the settings, where there is no footer."""
        label_of_kind(self.fields, self.case.facts.service_kind)

    def clean_footer_on(self) -> dt.date:
        """The day since which the number is shown: not before the filing."""
        return not_before_filing(self.case, self.cleaned_data["footer_on"])


class PublicSecurityForm(StepForm):
    """The public-security filing."""

    public_security_number = NumberField(
        numbers.public_security_number,
        label=_("public-security number"),
        help_text=_("Such as 京公网安备11010802012345号."),
    )
    public_security_on = PastDateField(label=_("filed on"), initial=timezone.localdate)

    def clean_public_security_on(self) -> dt.date:
        """The day of the second registration: not before the site opened."""
        day: dt.date = self.cleaned_data["public_security_on"]
        service = self.case.service
        if service and service.opened_on and day < service.opened_on:
            raise ValidationError(_("This lies before the site opened."))
        return day
