"""The filing case: its facts, its domain, where it stands."""

from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from icpcases.cases.permissions import is_staff_role
from icpcases.db.statements import Values
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import (
    AGEING,
    HOLDING_SERVICE,
    UNDER_THE_FILING_RULES,
    WITH_NUMBER,
    State,
    StateDefinition,
)
from icpcases.lifecycle.steps import Step
from icpcases.lifecycle.wording import StepWords, state_words, step_words
from icpcases.rules.facts import (
    Access,
    ApplicantType,
    Choice,
    Facts,
    FilingType,
    ForumAnswer,
    Protocol,
    ServerRegion,
    ServiceKind,
)
from icpcases.rules.filing_types import INSPECTIONS, MAKING, TYPES, Asks, TypeDefinition
from icpcases.rules.rule import Party
from icpcases.types import Text

from .follow_up import FollowedUp
from .participants import CasePerson
from .transitions import Transitions


def _choices(values: type[Choice]) -> list[tuple[str, Text]]:
    return [(value.value, _(value.label)) for value in values]


def _sure(label: Text, default: Choice) -> "models.CharField[str, str]":
    return models.CharField(
        label, max_length=20, choices=_choices(type(default)), default=default.value
    )


def _fact(label: Text, values: type[Choice]) -> "models.CharField[str | None, str | None]":
    return models.CharField(label, max_length=20, choices=_choices(values), null=True, blank=True)


_HOLDING = [state.value for state in HOLDING_SERVICE]
_INSPECTING = [filing_type.value for filing_type in INSPECTIONS]
_MAKING = [filing_type.value for filing_type in FilingType if filing_type in MAKING]
_NOT_JUDGED = [t.value for t, about in TYPES.items() if about.asks == Asks.NONE]
# Worded for SQL, where NULL is neither: what must be known to be good, and what must not be known
# to be bad. The rules say the same in icpcases/rules.
_HOSTED_HERE = Q(server_region="mainland", server_region__isnull=False) | Q(mainland_cdn=True)
_NAMED = Q(access="domain", access__isnull=False) | ~Q(service_kind="website")
_KNOWN_GOOD = (
    _HOSTED_HERE
    & _NAMED
    & Q(applicant_type__isnull=False, forum__isnull=False)
    & (
        Q(forum=False)
        | (~Q(applicant_type="individual") & Q(preapproval=True, preapproval__isnull=False))
    )
    & (
        ~Q(applicant_type="foreign_enterprise")
        | Q(mainland_branch=True, mainland_branch__isnull=False)
        | Q(registration_certificate=True, registration_certificate__isnull=False)
    )
)
_FORBIDDEN = (
    Q(server_region__isnull=False, mainland_cdn=False) & ~Q(server_region="mainland")
    | Q(access="ip_address", access__isnull=False, service_kind="website")
    | Q(forum=True, forum__isnull=False)
    & (
        Q(applicant_type="individual", applicant_type__isnull=False)
        | Q(preapproval=False)
        | Q(preapproval__isnull=True)
    )
    | Q(applicant_type="foreign_enterprise", applicant_type__isnull=False)
    & Q(mainland_branch=False, mainland_branch__isnull=False)
    & Q(registration_certificate=False, registration_certificate__isnull=False)
)


_PEOPLE = Values(
    "SELECT user_id FROM cases_caseperson WHERE case_id = %s",
    int,
    same_as=lambda case: CasePerson.objects.filter(case=case).values_list("user_id", flat=True),
)


class FilingCaseQuerySet(models.QuerySet["FilingCase"]):
    """Which cases somebody may see."""

    def visible_to(self, user: Actor | None) -> "FilingCaseQuerySet":
        """Every case for staff; for anybody else the cases they are a person of."""
        if is_staff_role(user):
            return self
        if not (user and user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(people__user=user.pk)

    def with_names(self) -> "FilingCaseQuerySet":
        """With everything a line about a case names, in one query."""
        return self.select_related("applicant", "province", "officer", "service")


# As many kinds of cases as are met at a time.
@lru_cache(maxsize=4096)
def _facts(
    filing_type: str,
    service_kind: str,
    applicant_type: str | None,
    mainland_branch: bool | None,
    registration_certificate: bool | None,
    server_region: str | None,
    mainland_cdn: bool,
    access: str | None,
    protocol: str | None,
    forum: bool | None,
    province: str | None,
    accepts_forums: str | None,
    preapproval: bool | None,
) -> Facts:
    return Facts(
        filing_type=FilingType(filing_type),
        service_kind=ServiceKind(service_kind),
        applicant_type=ApplicantType(applicant_type) if applicant_type else None,
        mainland_branch=mainland_branch,
        registration_certificate=registration_certificate,
        server_region=ServerRegion(server_region) if server_region else None,
        mainland_cdn=mainland_cdn,
        access=Access(access) if access else None,
        protocol=Protocol(protocol) if protocol else None,
        forum=forum,
        province=province,
        province_accepts_forums=ForumAnswer(accepts_forums) if accepts_forums else None,
        preapproval=preapproval,
    )


class FilingCase(Transitions, FollowedUp):
    """One errand about what is filed, on its way. Only `workflow.engine.perform` moves it."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    follow_code = models.CharField(_("code to follow with"), max_length=12)
    applicant = models.ForeignKey(
        "cases.Applicant",
        verbose_name=_("applicant"),
        on_delete=models.PROTECT,
        related_name="cases",
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("officer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
    )
    #: The provider's orders it goes or went by, the oldest first.
    orders = models.ManyToManyField("cases.Order", through="cases.OrderCase", related_name="cases")
    state = FSMField(
        _("state"), max_length=30, choices=State.choices, default=State.DRAFT, protected=True
    )
    version = models.PositiveIntegerField(_("version"), default=0)
    # Of the form it was opened with: the same form sent twice opens one case.
    form_token = models.CharField(max_length=60, unique=True, null=True, editable=False)

    filing_type = _sure(_("filing type"), FilingType.FIRST)
    service_kind = _sure(_("service kind"), ServiceKind.WEBSITE)
    #: What the errand is about, or has made: a service, and of accesses the one that ends. The
    #: database refuses to lose it, at the end of a transaction: a step taken back takes its own.
    service = models.ForeignKey(
        "cases.Service",
        verbose_name=_("service"),
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="cases",
    )
    provider_access = models.ForeignKey(
        "cases.ProviderAccess",
        verbose_name=_("access"),
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="cases",
    )
    #: The errand that this one waits for: cancel the one site, then file the other.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("follows"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
    )
    #: Of a change: the fields that change, each with its value when the draft was made.
    changing = models.JSONField(_("what changes"), default=dict, blank=True)
    #: Of an inspection: the day by which the provider wants the answer, and what it found.
    term = models.DateField(_("term"), null=True, blank=True)
    findings = models.TextField(_("findings"), blank=True)

    applicant_type = _fact(_("applicant type"), ApplicantType)
    mainland_branch = models.BooleanField(_("branch in the Mainland"), null=True, blank=True)
    registration_certificate = models.BooleanField(
        _("registration certificate"), null=True, blank=True
    )
    server_region = _fact(_("server region"), ServerRegion)
    mainland_cdn = models.BooleanField(_("nodes in the Mainland"), default=False)
    access = _fact(_("access"), Access)
    protocol = _fact(_("protocol"), Protocol)
    forum = models.BooleanField(_("forum"), null=True, blank=True)
    preapproval = models.BooleanField(_("BBS pre-approval"), null=True, blank=True)
    province = models.ForeignKey(
        "cases.Province",
        verbose_name=_("province"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
    )

    site_name = models.CharField(_("site name"), max_length=100, blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    domain_unicode = models.CharField(_("domain as shown"), max_length=253, blank=True)
    registrable_domain = models.CharField(_("registrable domain"), max_length=253, blank=True)
    app_features = models.JSONField(_("App features"), default=dict, blank=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    service_leader = models.CharField(_("service leader"), max_length=100, blank=True)
    service_leader_phone = models.CharField(_("service leader's phone"), max_length=20, blank=True)
    service_leader_id = models.CharField(_("service leader's ID number"), max_length=30, blank=True)

    subject_name = models.CharField(_("new name of the subject"), max_length=200, blank=True)
    subject_leader = models.CharField(_("subject leader"), max_length=100, blank=True)
    subject_leader_phone = models.CharField(_("subject leader's phone"), max_length=20, blank=True)
    subject_leader_id = models.CharField(_("subject leader's ID number"), max_length=30, blank=True)

    created_at = models.DateTimeField(_("created"))
    state_since = models.DateTimeField(_("in this state since"))
    turn = models.CharField(
        _("turn"), max_length=12, choices=[(party.value, _(party.label)) for party in Party]
    )
    turn_since = models.DateTimeField(_("turn since"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    due_provisional = models.BooleanField(_("due date provisional"), default=False)
    #: Whether an answer or a message of the applicant waits for the officer.
    answered = models.BooleanField(_("answers wait for the officer"), default=False)
    #: The history's number of the first message of the applicant that nobody has answered or read.
    message_waits = models.PositiveIntegerField(_("message waits"), null=True, blank=True)

    objects = FilingCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing case")
        verbose_name_plural = _("filing cases")
        ordering = ("-pk",)
        permissions = [("work", _("Can work filing cases"))]
        default_permissions = ("view",)
        indexes = [
            # Of the board's ages: icpcases/reports/queries.py.
            models.Index(
                fields=["state", "province", "state_since"],
                condition=Q(state__in=[s.value for s in AGEING]),
                name="case_ageing",
            ),
            # Of the queues: icpcases/workflow/queue.py.
            models.Index(
                fields=["officer", "due_at"], condition=Q(turn="officer"), name="case_queue"
            ),
            models.Index(
                fields=["officer", "due_at"], condition=Q(answered=True), name="case_answered"
            ),
            models.Index(
                fields=["officer", "due_at"],
                condition=~Q(turn="officer") & Q(due_at__isnull=False),
                name="case_with_others",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(officer__isnull=True) & ~Q(turn="nobody") & ~Q(state="draft"),
                name="case_unassigned",
            ),
            models.Index(
                fields=["officer", "follow_up_on"],
                condition=Q(follow_up_on__isnull=False),
                name="case_follow_up",
            ),
            # Of who has how much: every case that is going, by officer.
            models.Index(
                fields=["officer", "due_at", "turn"],
                condition=~Q(turn="nobody"),
                name="case_going",
            ),
            # Of the list, which is walked or collected along them: docs/decisions/0008-finding.md.
            models.Index(fields=["officer", "state", "province", "turn"], name="case_officer"),
            models.Index(fields=["province", "state", "turn"], name="case_province_state"),
            models.Index(fields=["state", "turn", "id"], name="case_state_turn"),
            models.Index(
                fields=["due_at", "id", "officer", "state", "province", "turn"],
                condition=Q(due_at__isnull=False),
                name="case_due",
            ),
            models.Index(fields=["state_since", "id"], name="case_since"),
            models.Index(
                fields=["created_at", "id", "officer", "state", "province", "turn"],
                name="case_created",
            ),
            models.Index(fields=["id"], condition=Q(answered=True), name="case_answered_newest"),
            # Of the list, where it is filtered by what most cases are not.
            models.Index(
                fields=["filing_type", "id"],
                condition=~Q(filing_type="first"),
                name="case_other_type",
            ),
            models.Index(
                fields=["service_kind", "id"],
                condition=~Q(service_kind="website"),
                name="case_other_kind",
            ),
            models.Index(fields=["registrable_domain"], name="case_registrable"),
            models.Index(fields=["domain"], name="case_domain"),
            models.Index(fields=["service_leader_phone"], name="case_leader_phone"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["registrable_domain", "service_kind"],
                condition=Q(state__in=_HOLDING)
                & ~Q(filing_type__in=_INSPECTING)
                & ~Q(registrable_domain=""),
                name="case_domain_free",
            ),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(state__in=_HOLDING, service__isnull=False)
                & ~Q(filing_type__in=_INSPECTING),
                name="case_service_free",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="case_state_known"
            ),
            models.CheckConstraint(
                condition=Q(filing_type__in=[t.value for t in FilingType])
                & Q(service_kind__in=[k.value for k in ServiceKind]),
                name="case_type_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in UNDER_THE_FILING_RULES])
                | Q(filing_type__in=_NOT_JUDGED)
                | (Q(filing_type="change") & ~_FORBIDDEN)
                | _KNOWN_GOOD,
                name="case_filing_rules",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in WITH_NUMBER])
                | Q(service__isnull=False, filing_type__in=_MAKING),
                name="case_filed_has_service",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | ~Q(filing_type__in=_MAKING),
                name="case_completed_makes_nothing",
            ),
            models.CheckConstraint(
                condition=(Q(domain="") & Q(registrable_domain=""))
                | (
                    ~Q(domain="")
                    & ~Q(registrable_domain="")
                    & (
                        Q(domain=F("registrable_domain"))
                        | Q(domain__endswith=Concat(Value("."), F("registrable_domain")))
                    )
                ),
                name="case_domain_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: "models.QuerySet[FilingCase] | None" = None,
    ) -> None:
        """Read the row again; the protected state may only be set where it is not set yet."""
        self.__dict__.pop("state", None)
        self.__dict__.pop("people_pks", None)
        self.dossier = None
        super().refresh_from_db(using, fields, from_queryset)

    @property
    def is_at(self) -> State:
        """The state as its member, which answers everything about it."""
        return State(self.state)

    @cached_property
    def people_pks(self) -> frozenset[int]:
        """The accounts that may see the case as its applicant."""
        return frozenset(_PEOPLE(self.pk))

    @property
    def whose_turn(self) -> Party:
        """The party whose turn it is."""
        return Party(self.turn)

    @property
    def turn_name(self) -> str:
        """Whose turn it is, as readers know them."""
        return self.is_at.name_of(self.whose_turn)

    @property
    def facts(self) -> Facts:
        """The facts as the rules read them, with the province's answer looked up."""
        return _facts(
            self.filing_type, self.service_kind, self.applicant_type, self.mainland_branch,
            self.registration_certificate, self.server_region, self.mainland_cdn, self.access,
            self.protocol, self.forum, self.province_id,
            self.province.accepts_forums if self.province else None, self.preapproval,
        )  # fmt: skip

    @property
    def overdue(self) -> bool:
        """Whether whoever's turn it is has taken too long."""
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def duties_done(self) -> bool:
        """Whether both duties after the opening are recorded."""
        return self.service is not None and self.service.duties_done

    @property
    def words(self) -> StateDefinition:
        """What its state says to whoever reads of this kind of service or errand."""
        return self.words_in(self.is_at)

    def words_in(self, state: State) -> StateDefinition:
        """The same of a state it may come to."""
        return state_words(state, self.kind, self.about.inspection)

    def step_words(self, step: Step) -> StepWords:
        """What a step says to whoever reads of this kind of service or errand."""
        return step_words(step, self.kind, self.about.inspection)

    @property
    def kind(self) -> ServiceKind:
        """The kind of service as its member."""
        return ServiceKind(self.service_kind)

    @property
    def about(self) -> TypeDefinition:
        """What is declared of the case's filing type."""
        return TYPES[self.is_of]

    @property
    def is_of(self) -> FilingType:
        """The filing type as its member."""
        return FilingType(self.filing_type)

    @property
    def changed(self) -> frozenset[str]:
        """The fields that a change filing changes."""
        return frozenset(self.changing)

    @property
    def errand_name(self) -> str:
        """What errand it is, for a line that says so: of a first filing nothing need be said."""
        return "" if self.is_of == FilingType.FIRST else str(self.get_filing_type_display())

    @property
    def names(self) -> list[str]:
        """What tells the case apart in a letter, beside its reference."""
        names = (self.errand_name, self.shown_domain, self.site_name)
        # What stands for an App's domain is its name.
        return list(dict.fromkeys(name for name in names if name))

    @property
    def shown_domain(self) -> str:
        """What stands for the site in a list: its domain, else its address, of an App its name."""
        named = "" if self.kind == ServiceKind.WEBSITE else self.site_name
        return self.domain_unicode or self.ip_address or named
