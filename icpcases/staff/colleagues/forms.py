"""What a supervisor enters about a colleague: who it is, leave, and to whom cases go."""

import datetime as dt

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from icpcases.accounts.people import find_account
from icpcases.cases.forms.fields import DayField, MailField
from icpcases.cases.permissions import shown_name
from icpcases.lifecycle.roles import Role
from icpcases.types import Text
from icpcases.workflow.leave import absences
from icpcases.workflow.team import Workload, workloads

#: What is sent for nobody.
_NOBODY = "nobody"
_ROLES = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)


def working_users() -> QuerySet[User]:
    """The active accounts that may work cases."""
    groups = (Role.OFFICER.value, Role.SUPERVISOR.value)
    users = User.objects.filter(is_active=True, groups__name__in=groups)
    return users.distinct().order_by("username")


class OfficerField(forms.ChoiceField):
    """A colleague, by name, with how much there is to do already and whether it is a day of leave;
    or nobody, which must be chosen as such where a choice is required.

    The workloads are read once for all choices.
    """

    def __init__(
        self, *, nobody: Text, label: Text, required: bool = True, help_text: Text = ""
    ) -> None:
        super().__init__(label=label, required=required, help_text=help_text)
        self.nobody = nobody
        self._offered: dict[str, User] = {}

    def offer(self, colleagues: QuerySet[User]) -> None:
        """Offer these, each with the load of now, and nobody."""
        now = timezone.now()
        have, away = workloads(now), absences(timezone.localdate(now))
        self._offered = {str(user.pk): user for user in colleagues}
        first = [("", gettext("choose"))] if self.required else []
        self.choices = [
            *first,
            (_NOBODY, str(self.nobody)),
            *(
                (pk, _label(user, have.get(user.pk, Workload()), user.pk in away.leaves))
                for pk, user in self._offered.items()
            ),
        ]

    def prepare_value(self, value: object) -> object:
        """The key of an account; nobody where there is none and none need be chosen."""
        if isinstance(value, User):
            return str(value.pk)
        return _NOBODY if value in (None, "") and not self.required else value

    def clean(self, value: object) -> User | None:
        """The account; None for nobody."""
        chosen = super().clean(value)
        return self._offered.get(chosen)


def _label(user: User, load: Workload, away: bool) -> str:
    words = {"name": shown_name(user), "load": load_in_words(load)}
    text = gettext("%(name)s (%(load)s)") % words
    return gettext("%(name)s, on leave") % {"name": text} if away else text


def load_in_words(load: Workload) -> str:
    """How much somebody has, in a few words."""
    text = ngettext("%(n)s open", "%(n)s open", load.open) % {"n": load.open}
    if not load.overdue:
        return text
    return gettext("%(open)s, %(n)s overdue") % {"open": text, "n": load.overdue}


class TakerForm(forms.Form):
    """To whom cases go: nobody is chosen without saying so."""

    officer = OfficerField(label=_("officer"), nobody=_("nobody"))

    def __init__(
        self, data: QueryDict | None, initial: dict[str, object] | None = None,
        without: User | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=initial)
        field = self.fields["officer"]
        assert isinstance(field, OfficerField)
        offered = working_users()
        field.offer(offered.exclude(pk=without.pk) if without else offered)


class AssignForm(TakerForm):
    """Who works one case; left empty, nobody does."""

    officer = OfficerField(label=_("officer"), nobody=_("nobody"), required=False)


class ColleagueForm(forms.Form):
    """Who it is, and in which role."""

    last_name = forms.CharField(label=_("family name"), max_length=150)
    first_name = forms.CharField(label=_("given name"), max_length=150, required=False)
    email = MailField(label=_("e-mail"), help_text=_("The invitation goes to this address."))
    role = forms.ChoiceField(
        label=_("role"),
        widget=forms.RadioSelect,
        help_text=_(
            "Officers work on cases. Supervisors also assign cases, correct records, and manage "
            "the tables and the staff. Auditors read everything and change nothing."
        ),
    )

    def __init__(self, data: QueryDict | None, user: User | None = None) -> None:
        names = ("last_name", "first_name", "email")
        initial = {name: getattr(user, name) for name in names} if user else {}
        held = user.groups.filter(name__in=[r.value for r in _ROLES]).first() if user else None
        super().__init__(data, initial={**initial, "role": held.name if held else ""})
        self.user = user
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role.label) for role in _ROLES]
        if user and user.last_login:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = gettext(
                "The address cannot change after the first sign-in: it is needed to reset the "
                "password."
            )

    def clean_email(self) -> str:
        """An address that no other account has: of two, a mail could open the wrong one."""
        if self.fields["email"].disabled:
            return str(self.cleaned_data["email"])
        address = str(self.cleaned_data["email"])
        other = find_account(address)
        if other is not None and (self.user is None or other.pk != self.user.pk):
            if other.is_staff or other.staff_groups:
                said = gettext("A member of staff already has this address: %(name)s.")
                raise forms.ValidationError(said % {"name": shown_name(other)})
            said = gettext("An applicant signs in with this address: staff need another one.")
            raise forms.ValidationError(said)
        return address


class LeaveForm(forms.Form):
    """From when until when somebody is away, and who stands in."""

    first_day = DayField(
        label=_("on leave from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = DayField(
        label=_("on leave until"),
        required=False,
        help_text=_("If this is empty, the leave lasts until somebody ends it here."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    stand_in = OfficerField(
        label=_("stand-in"),
        nobody=_("nobody: supervisors see the cases"),
        required=False,
        help_text=_("The cases stay with their officer. The stand-in sees them in Today too."),
    )

    def __init__(self, data: QueryDict | None, user: User, initial: dict[str, object]) -> None:
        super().__init__(data, initial={"first_day": timezone.localdate(), **initial})
        field = self.fields["stand_in"]
        assert isinstance(field, OfficerField)
        field.offer(working_users().exclude(pk=user.pk))

    def clean_last_day(self) -> dt.date | None:
        """Not before the first, and not over already."""
        last: dt.date | None = self.cleaned_data["last_day"]
        first = self.cleaned_data.get("first_day")
        if last and first and last < first:
            raise forms.ValidationError(gettext("The last day is before the first."))
        if last and last < timezone.localdate():
            raise forms.ValidationError(gettext("This date lies in the past."))
        return last
