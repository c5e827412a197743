"""One case on its way: every change goes through the door, at the time it is said to happen."""

import datetime as dt
import random
from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from icpcases.cases.forms.apps import features_shown
from icpcases.cases.forms.corrections import FactsCorrectionForm
from icpcases.cases.forms.documents import DocumentForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.forms.follow_up import FollowUpForm
from icpcases.cases.models import (
    Applicant,
    Document,
    FilingCase,
    ProviderAccess,
    Province,
    Request,
    Service,
)
from icpcases.lifecycle.states import State
from icpcases.register.numbers import proposed_number
from icpcases.register.prefill import seed
from icpcases.rules.documents import Kind, Wanted, wanted_documents
from icpcases.rules.dossier import GONE, DocumentStatus
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.rules.filing_types import TYPES, Asks
from icpcases.rules.icp_numbers import LETTERS
from icpcases.workflow.actions import assignment, messages, requests
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.assignment import add_note
from icpcases.workflow.actions.corrections import correct_facts
from icpcases.workflow.actions.documents import add_document, mark_not_needed
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.follow_up import set_follow_up
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.engine import perform

from .forms import valid
from .office import Office
from .scans import scan_of
from .story import Story

#: Steps this young are told to the applicant: a demo should not mail three months of news.
TOLD = dt.timedelta(days=7)
_ID_YEARS = 10


class Walk:
    """A story being lived: `at` is the moment of the act under way.

    `case` is as the newest step left it.
    """

    case: FilingCase

    def __init__(self, office: Office, story: Story, rng: random.Random) -> None:
        self.office, self.story, self.rng = office, story, rng
        self.site = office.sites[story.site]
        self.firm = office.firms[self.site.firm]
        self.numbers = office.numbers
        self.at = office.now
        self.leader_id, self.leader_phone = office.leader(self.site.firm)

    @property
    def version(self) -> int:
        """The version the case is at; edits do not give the case back."""
        return FilingCase.objects.values_list("version", flat=True).get(pk=self.case.pk)

    @property
    def day(self) -> dt.date:
        """The day of the act under way, in Shanghai."""
        return timezone.localdate(self.at)

    @property
    def administration(self) -> str:
        """The communications administration that decides."""
        return Province.objects.get(pk=self.firm.province).administration

    @property
    def worker(self) -> User:
        """The officer who works the case, or would."""
        return self.office.users[self.story.officer or "li"]

    @property
    def filer(self) -> User:
        """Whoever acts for the applicant: an account of theirs, else the officer."""
        return self.office.users[self.story.owner] if self.story.owner else self.worker

    def open(self) -> None:
        """Open the case with the facts of the story."""
        owner = self.office.users.get(self.story.owner)
        applicant = self.office.applicant(self.site.firm)
        form = valid(self._form(applicant))
        self.case = open_case(owner or self.worker, applicant, form, owner, self.at)
        self.taken = owner is None

    def _form(self, applicant: Applicant) -> FactsForm:
        """The facts; of an errand about what is filed, what its register and cases say first."""
        of = self.story.of
        if of == FilingType.FIRST:
            return FactsForm(data=self._facts())
        draft = FilingCase(applicant=applicant, filing_type=of.value)
        seed(draft, self.service if TYPES[of].about_service else None)
        empty = FactsForm.of(draft)
        known = {name: empty.initial.get(name, "") for name in empty.fields}
        if of == FilingType.CANCEL_ACCESS:
            known["provider_access"] = self.hosted_at(self.story.ends).pk
        if of == FilingType.CHANGE:
            known["applicant_type"] = self.firm.kind
        if of == FilingType.INSPECTION:
            known["term"] = self.office.day_ahead(self.story.term).isoformat()
        if TYPES[of].asks == Asks.ALL:
            own = {name: value for name, value in self._facts().items() if not known.get(name)}
            known |= own if of == FilingType.ADD_ACCESS else self._facts()
        return FactsForm.of(draft, data=known | self.story.facts)

    @property
    def service(self) -> Service:
        """The service the site is in the register."""
        own = Service.objects.filter(
            subject__applicant=self.office.applicant(self.site.firm),
            service_kind=self.site.kind,
            name=self.site.name,
        )
        return own.exclude(state=Service.State.CANCELLED).get()

    def hosted_at(self, provider: int) -> ProviderAccess:
        """The open access of the site at a provider."""
        at = self.office.providers[provider]
        return self.service.accesses.get(provider=at, until__isnull=True)

    def next_number(self) -> str:
        """The number the administration grants: the next of the subject, else a new one's first."""
        proposed = proposed_number(self.case)
        if proposed:
            return str(proposed)
        kind = ServiceKind(self.site.kind)
        return f"{self.numbers.subject_number(self.firm.province, self.day.year)}-1{LETTERS[kind]}"

    def _facts(self) -> dict[str, str]:
        facts = {
            "service_kind": self.site.kind,
            "applicant_type": self.firm.kind,
            "server_region": "mainland",
            "access": "ip_address" if self.site.ip_address else "domain",
            "protocol": "https",
            "forum": "false",
            "province": self.firm.province,
            "site_name": self.site.name,
            "domain": self.site.domain,
            "ip_address": self.site.ip_address,
            "service_leader": self.firm.leader,
            "service_leader_phone": self.leader_phone,
            "service_leader_id": self.leader_id,
            **features_shown(self.site.features),
        }
        if self.firm.head:
            number, phone = self.office.leader(self.site.firm, head=True)
            facts |= {
                "subject_leader": self.firm.head,
                "subject_leader_phone": phone,
                "subject_leader_id": number,
            }
        return facts | self.story.facts

    def edit(self, **facts: str) -> None:
        """Correct facts, as the officer."""
        now = FactsForm.of(self.case)
        data = {name: now.initial.get(name, "") for name in now.fields} | facts
        self._by_worker(edit_facts, valid(FactsForm.of(self.case, data=data)))

    def step(self, name: str, by: User | None = None, /, **data: object) -> None:
        """Take a step, as the officer unless somebody else is named."""
        by = by or self.worker
        if by == self.worker:
            self.claim()
        tell = {"tell": "on"} if self.office.now - self.at < TOLD else {}
        data = {"happened": self.at, **tell, **data}
        self.case = perform(self.case, name, by, data, self.version)

    def claim(self) -> None:
        """The officer takes the case, if nobody has it and there is something to work on."""
        if not self.taken and self.case.is_at != State.DRAFT:
            self.assign(self.worker.username, self.worker.username)

    def assign(self, by: str, to: str) -> None:
        """Give the case to an officer, or to nobody."""
        users = self.office.users
        assignment.assign(self.case, users[by], users.get(to), self.version, self.at)
        self.taken = bool(to)

    def confirm(self) -> None:
        """Confirm the applicant, unless that was done for another case of theirs."""
        if self.site.firm not in self.office.confirmed:
            self._by_worker(confirm_applicant)
            self.office.confirmed.add(self.site.firm)

    def note(self, text: str) -> None:
        """Leave an internal note."""
        self._by_worker(add_note, text)

    def write(self, text: str) -> None:
        """Write to the office, as the applicant's own account."""
        messages.write_to_office(self.case, self.filer, text, self.version, self.at)

    def reply(self, text: str) -> None:
        """Write to the applicant, as the officer; without words, mark what came as read."""
        if text:
            self._by_worker(messages.write_to_applicant, text)
        else:
            self._by_worker(messages.mark_read)

    def follow_up(self, text: str, contact: str, in_days: int) -> None:
        """Keep whom to ask again so many days from today, and what was said."""
        data = {
            "follow_up_on": self.office.day_ahead(in_days), "follow_up": text,
            "contacted": self.case.turn, "contacted_on": self.day, "contact": contact,
        }  # fmt: skip
        form = valid(FollowUpForm(data, self.case))
        self._by_worker(set_follow_up, form.cleaned_data)

    def correct(self, reason: str, **facts: str) -> None:
        """Put right what our record has wrong of locked facts, as the supervisor, now."""
        now = FactsCorrectionForm.of(self.case)
        data = {name: now.initial.get(name, "") for name in now.fields} | facts
        form = valid(FactsCorrectionForm.of(self.case, data={**data, "reason": reason}))
        correct_facts(self.case, self.office.users["chen"], form, self.version)

    def ask(self, about: str, text: str, due_in: int | None = None) -> None:
        """Ask the applicant for something, due so many days later."""
        due = self.day + dt.timedelta(days=due_in) if due_in else None
        self._by_worker(requests.ask, {"about": about, "text": text, "due_on": due})

    def answer(self, which: int, text: str, value: str | None = None) -> None:
        """Answer one of the requests, as the applicant."""
        pk = self._request(which).pk
        requests.answer(self.case, self.filer, pk, text, self.version, self.at, value=value)

    def settle(self, which: int, decision: str, reason: str = "") -> None:
        """Judge one of the requests, as the officer."""
        self._by_worker(requests.settle, self._request(which).pk, decision, reason)

    def _request(self, which: int) -> Request:
        return Request.objects.filter(case=self.case)[which]

    def hand_in(self, kind: Kind, **more: object) -> Document:
        """Hand in a document, for the applicant. A self-made one has no issuer."""
        data = self._paper(kind) | more
        file = scan_of(kind, f"{self.firm.name} {self.firm.leader}", str(data["number"]))
        files = MultiValueDict({"file": [file]})
        form = valid(DocumentForm(data={"kind": kind.value, **data}, files=files))
        return add_document(
            self.case, self.filer, form.cleaned_data, self.version, happened=self.at
        )

    def _paper(self, kind: Kind) -> dict[str, object]:
        issued = self.day - dt.timedelta(days=self.rng.randint(1, 20 if kind.self_made else 1200))
        paper: dict[str, object] = {"number": "", "issued_on": issued}
        if kind.self_made:
            return paper
        paper |= {"issued_in": "mainland", "number": self._number_of(kind)}
        if kind.value.endswith("_id") or kind == Kind.IDENTITY:
            paper["expires_on"] = issued + dt.timedelta(days=_ID_YEARS * 365)
        elif kind == Kind.DOMAIN_CERTIFICATE:
            paper["expires_on"] = self.office.today + dt.timedelta(days=self.rng.randint(200, 900))
        elif kind in (Kind.RESIDENCE_PERMIT, Kind.REGISTRATION_CERTIFICATE):
            paper["expires_on"] = self.office.today + dt.timedelta(days=self.rng.randint(400, 700))
        return paper

    def _number_of(self, kind: Kind) -> str:
        if kind in (Kind.SERVICE_LEADER_ID, Kind.IDENTITY):
            return self.leader_id
        if kind.value.endswith("_id"):
            return self.numbers.resident_id(self.firm.province)
        if kind in (Kind.BUSINESS_LICENCE, Kind.LEGAL_PERSON_CERTIFICATE):
            return self.office.applicants[self.site.firm].certificate_number
        if kind == Kind.BRANCH_LICENCE:
            return self.numbers.credit_code("enterprise", self.firm.province)
        return f"{''.join(word[0] for word in kind.value.split('_')).upper()}{self.day:%Y}" + (
            self.numbers.digits(8)
        )

    def wanted(self) -> tuple[Wanted, ...]:
        """The documents the route wants."""
        return wanted_documents(self.case.facts, self.case.changed)

    def wanting(self) -> list[Kind]:
        """The documents the route wants of which none is there that was not refused."""
        case = self.case
        there = case.documents.exclude(status__in=GONE)
        have = set(there.values_list("kind", flat=True))
        have |= set(case.not_needed.values_list("kind", flat=True))
        return [w.kind for w in self.wanted() if w.kind.value not in have]

    def not_needed(self, kind: Kind) -> None:
        """Mark a conditional document as not needed."""
        self._by_worker(mark_not_needed, kind, True)

    def waiting_papers(self) -> list[Document]:
        """The documents nobody has judged yet."""
        return list(Document.objects.filter(case=self.case, status=DocumentStatus.PENDING.value))

    def judge(self, document: Document, refusal: str = "") -> None:
        """Accept a document, or refuse it with a reason."""
        self._by_worker(judge_document, document.pk, not refusal, refusal)

    def _by_worker(self, edit: Callable[..., object], *args: object) -> None:
        self.claim()
        edit(self.case, self.worker, *args, self.version, happened=self.at)
