"""The cast and their cases, made through the door as people would make them."""

import datetime as dt
import io
from collections.abc import Callable
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import (
    Applicant,
    Document,
    FilingCase,
    Provider,
    Province,
    RegisterRow,
    Service,
    SubjectFiling,
)
from icpcases.files.uploads import Upload
from icpcases.register import acts
from icpcases.register.prefill import known_of
from icpcases.register.record import RegisterChange
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.facts import FilingType
from icpcases.search import index
from icpcases.workflow.actions.documents import add_document
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.actions.provinces import answer_of_province
from icpcases.workflow.engine import perform
from tests.domain import CREDIT_CODES

#: What an inspection asks, far in the future: no clock of it runs out.
ASKED = {"term": "2999-01-01", "findings": "Show the licence."}
ENTERPRISE = {
    "applicant_type": "enterprise",
    "server_region": "mainland",
    "access": "domain",
    "protocol": "https",
    "forum": "false",
    "province": "CN-BJ",
    "site_name": "玉兰书店",
    "domain": "yulan-books.cn",
    "service_leader": "王伟",
    "service_leader_phone": "13800138000",
}


FORUM = {**ENTERPRISE, "forum": "true", "preapproval": "false"}


FOREIGN = {
    **ENTERPRISE,
    "applicant_type": "foreign_enterprise",
    "mainland_branch": "false",
    "registration_certificate": "false",
}


def user(name: str, *groups: str, **fields: Any) -> User:
    fields.setdefault("email", f"{name}@example.com")
    made = User.objects.create_user(name, password="a long pass phrase", **fields)
    if groups:
        made.groups.add(*Group.objects.filter(name__in=groups))
    return made


def typed(value: object) -> object:
    """A value as a form sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def png(colour: str | tuple[int, int, int] = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def upload(name: str = "paper.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content)


# What the number of a service of each kind ends with.
_LETTERS = {"website": "", "app": "A", "mini_program": "X", "quick_app": "K"}
# So that no two papers of a case are the same file.
_SHADES = count()


class World:
    """Builds cases; every step is taken through the door, by Li unless said otherwise.

    The papers alone are simply there: half the time to reach a filing goes into handing them in.
    """

    def __init__(self, wei: User, li: User, chen: User) -> None:
        self.wei, self.li, self.chen = wei, li, chen
        self._numbers = iter(range(1, 10_000))

    def applicant(self, confirmed: bool = True, **fields: Any) -> Applicant:
        n = Applicant.objects.count()
        fields.setdefault("name", f"玉兰书店有限公司{n or ''}")
        if n < len(CREDIT_CODES):
            fields.setdefault("certificate_type", "credit_code")
            fields.setdefault("certificate_number", CREDIT_CODES[n])
        else:
            fields.setdefault("certificate_type", "permit")
            fields.setdefault("certificate_number", f"H{n:08d}")
        if confirmed:
            fields.update(confirmed_at=timezone.now(), confirmed_by=self.li)
        applicant = Applicant.objects.create(**fields)
        index.keep_client(applicant.pk)
        return applicant

    def case(
        self, facts: dict[str, str] | None = None, applicant: Applicant | None = None,
        owner: User | None = None, happened: dt.datetime | None = None, **changed: str,
    ) -> FilingCase:  # fmt: skip
        n = next(self._numbers)
        data = {
            "domain": f"site-{n}.cn",
            **{k: v for k, v in (facts or ENTERPRISE).items() if k != "domain"},
            **changed,
        }
        applicant = applicant or self.applicant()
        form = FactsForm(data=data, applicant=applicant)
        assert form.is_valid(), form.errors
        return open_case(self.li, applicant, form, owner or self.wei, happened)

    def filed(
        self, applicant: Applicant | None = None, provider: str = "Old Cloud", number: str = "",
        domain: str = "", kind: str = "website", day: dt.date | None = None, **fields: Any,
    ) -> Service:  # fmt: skip
        """A service as found in the public register: no case of ours has filed it."""
        applicant, n = applicant or self.applicant(), next(self._numbers)
        subject = subject_of(applicant.pk)
        day, shown = day or dt.date(2021, 5, 6), domain or f"old-{n}.cn"
        found = RegisterRow.What.FOUND
        change = RegisterChange(applicant, found, self.chen, day, timezone.now(), source="beian")
        if subject is None:
            base = number.rpartition("-")[0] or f"京ICP备{20210000 + n}号"
            subject = SubjectFiling(
                applicant=applicant, province_id="CN-BJ", number=base, filed_on=day,
                subject_leader="王伟", subject_leader_phone="13800138000",
            )  # fmt: skip
            change.create(subject)
        leader = {"service_leader": "王伟", "service_leader_phone": "13800138000"}
        service = Service(
            subject=subject, service_kind=kind, filed_on=day,
            number=number or f"{subject.number}-{n}{_LETTERS[kind]}", number_of=subject.number,
            **{"name": "玉兰书店", "opened_on": day, **leader, **fields},
        )  # fmt: skip
        change.create(service)
        acts.add_domain(change, service, shown, shown, shown)
        acts.open_access(change, service, self.provider(provider), day)
        acts.settle_subject(change, subject)
        change.keep()
        return service

    def about(self, service: Service, filing_type: str, **facts: Any) -> FilingCase:
        """An errand about something filed: a draft, or an inspection being prepared.

        It says what is known of the service; of facts that nobody knows a further access must say
        all, and a change those that change.
        """
        of_type, applicant = FilingType(filing_type), service.subject.applicant
        known = {n: typed(v) for n, v in known_of(applicant, of_type, service).items()}
        access = service.accesses.filter(until__isnull=True).first()
        data = {
            **(ENTERPRISE if filing_type == "add_access" else {}),
            **{"province" if n == "province_id" else n: v for n, v in known.items() if v != ""},
            "filing_type": filing_type,
            "service": str(service.pk),
            **({"provider_access": str(access.pk)} if access else {}),
            **(ASKED if filing_type == "inspection" else {}),
            **facts,
        }
        form = FactsForm(data=data, applicant=applicant)
        assert form.is_valid(), form.errors
        return open_case(self.li, applicant, form, self.wei)

    def step(self, case: FilingCase, name: str, by: User | None = None, **data: Any) -> FilingCase:
        version = FilingCase.objects.values_list("version", flat=True).get(pk=case.pk)
        return self._taken(case, name, by or self.li, version, **data)

    def _taken(
        self, case: FilingCase, name: str, by: User, version: int, **data: Any
    ) -> FilingCase:
        return perform(case, name, by, {**self.entry(case, name), **data}, version)

    def entry(self, case: FilingCase, name: str) -> dict[str, Any]:
        """What each step takes, valid."""
        make = _ENTRIES.get(name)
        return make(self, case, next(self._numbers)) if make else {}

    def provider(self, name: str = "Example Cloud", **fields: Any) -> Provider:
        return Provider.objects.get_or_create(name=name, defaults=fields)[0]

    def province_answers(self, code: str, answer: str) -> Province:
        province = Province.objects.get(pk=code)
        data = {"accepts_forums": answer, "asked_on": timezone.localdate(), "source": "phone call"}
        return answer_of_province(province, self.li, data)

    def supply(self, case: FilingCase) -> FilingCase:
        """Every document the route wants is there and accepted."""
        case.refresh_from_db()
        Document.objects.bulk_create(
            Document(
                case=case,
                kind=kind.value,
                status="accepted",
                issued_in=None if kind.self_made else "mainland",
                added_at=timezone.now(),
            )
            for kind in self._missing(case)
        )
        return case

    def _missing(self, case: FilingCase) -> list[Kind]:
        have = set(case.documents.filter(status="accepted").values_list("kind", flat=True))
        wanted = (wanted.kind for wanted in wanted_documents(case.facts, case.changed))
        return [kind for kind in wanted if kind.value not in have]

    def document(self, case: FilingCase, kind: str, accept: bool | None = None, **fields: Any):
        data = {
            "kind": kind,
            # As it is once it has been checked: that starts a process for each.
            "file": Upload(png((next(_SHADES) % 256, 0, 0)), "image/png", "paper.png"),
            "issued_in": None if Kind(kind).self_made else "mainland",
            **fields,
        }
        case.refresh_from_db()
        document = add_document(case, self.li, data, case.version)
        if accept is not None:
            case.refresh_from_db()
            document = judge_document(
                case, self.li, document.pk, accept, "" if accept else "blurred", case.version
            )
        return document

    def at(self, state: str, facts: dict[str, str] | None = None, **changed: Any) -> FilingCase:
        """A case brought to a state by the shortest way there."""
        facts = facts or _FACTS_FOR.get(state, ENTERPRISE)
        if state == "completed":
            case = self.about(self.filed(changed.pop("applicant", None)), "add_access", **changed)
        else:
            case = self.case(facts, **changed)
        if facts.get("forum") == "true":
            self.province_answers("CN-BJ", "yes")
        case = self.walk(case, *_WAY[state])
        assert case.state == state
        return case

    def walk(self, case: FilingCase, *steps: str) -> FilingCase:
        """Take these steps one after the other; `supply` hands in what papers are wanted."""
        for step in steps:
            if step == "supply":
                case = self.supply(case)
            else:
                case = self._taken(case, step, self.chen, case.version)
        case.refresh_from_db()
        return case


class CarefulWorld(World):
    """Where a test is about documents: each is handed in and judged through the door."""

    def supply(self, case: FilingCase) -> FilingCase:
        """Hand in and accept every document the route wants that is not there yet."""
        case.refresh_from_db()
        for kind in self._missing(case):
            self.document(case, kind.value, accept=True)
        case.refresh_from_db()
        return case


# What each step takes, valid; `n` is a number that nothing else has


def _reasons(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    return {"reasons": [{"about": "domain", "text": "The domain certificate is blurred."}]}


def _application(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    return {
        "authority": "北京市通信管理局",
        "applied_on": timezone.localdate(),
        "application_number": f"A{n}",
    }


def _certificate(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "number": f"RC{n}",
        "issued_in": "mainland",
        "issued_on": today,
        "expires_on": today + dt.timedelta(days=700),
        "file": upload(),
    }


def _preapproval(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    return {
        "number": f"BBS{n}",
        "issuer": "北京市通信管理局",
        "issued_on": timezone.localdate(),
        "file": upload(),
    }


def _number(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    subject = subject_of(case.applicant_id)
    character = case.province.icp_character if case.province else "京"
    base = subject.number if subject else f"{character}ICP备{20260000 + n}号"
    number = f"{base}-{n}{_LETTERS[case.service_kind]}"
    return {"icp_number": number, "filed_on": timezone.localdate()}


def _public_security(world: World, case: FilingCase, n: int) -> dict[str, Any]:
    number = f"京公网安备{11010802000000 + n}号"
    return {"public_security_number": number, "public_security_on": timezone.localdate()}


def _today(name: str, **more: Any) -> Callable[[World, FilingCase, int], dict[str, Any]]:
    return lambda world, case, n: {**more, name: timezone.localdate()}


def _now(name: str) -> Callable[[World, FilingCase, int], dict[str, Any]]:
    return lambda world, case, n: {name: timezone.now()}


def _because(reason: str) -> Callable[[World, FilingCase, int], dict[str, Any]]:
    return lambda world, case, n: {"reason": reason}


_ENTRIES: dict[str, Callable[[World, FilingCase, int], dict[str, Any]]] = {
    "send_back": _reasons,
    "record_certificate_application": _application,
    "record_certificate": _certificate,
    "record_preapproval_application": _application,
    "record_preapproval": _preapproval,
    "record_refusal": _reasons,
    "submit_to_provider": lambda world, case, n: {
        "provider": world.provider().pk, "order_number": f"{n:014d}",
    },
    "return_for_correction": lambda world, case, n: {
        **_reasons(world, case, n), "returned_by": "provider",
    },
    "sent_to_administration": _now("happened"),
    "pull_back": _because("A paper is to be replaced."),
    "approve": _number,
    "complete": _today("completed_on"),
    "record_opening": _today("opened_on"),
    "record_footer": _today("footer_on"),
    "record_public_security": _public_security,
    "withdraw": _because("The site is given up."),
    "reopen": _because("The applicant wants to go on."),
    "step_back": _because("Clicked on the wrong case."),
}  # fmt: skip


_CERTIFICATE = [
    "submit_request",
    "begin_certificate",
    "record_certificate_application",
    "record_certificate",
]


_PREAPPROVAL = [
    "submit_request",
    "begin_preapproval",
    "record_preapproval_application",
    "record_preapproval",
]


_FILING = [
    "submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes",
    "sent_to_administration", "confirm_sms", "approve", "record_opening",
]  # fmt: skip


_WAY: dict[str, list[str]] = {
    "draft": [],
    "triage": ["submit_request"],
    "certificate_needed": _CERTIFICATE[:2],
    "certificate_applied": _CERTIFICATE[:3],
    "certificate_granted": _CERTIFICATE,
    "preapproval_needed": _PREAPPROVAL[:2],
    "preapproval_applied": _PREAPPROVAL[:3],
    "preapproval_granted": _PREAPPROVAL,
    "preparing": _FILING[:2],
    "provider_review": _FILING[:4],
    "provider_passed": _FILING[:5],
    "sms_verification": _FILING[:6],
    "authority_review": _FILING[:7],
    "returned": [*_FILING[:4], "return_for_correction"],
    "filed": _FILING[:8],
    "open": _FILING,
    "not_required": ["submit_request", "close_not_required"],
    "referred": ["submit_request", "refer"],
    "ineligible": ["submit_request", "decline"],
    "completed": [*_FILING[:7], "complete"],
    "refused": [*_FILING[:7], "record_refusal"],
    "withdrawn": ["withdraw"],
}


# Where `step_back` leads from each state, on that way.
BEFORE = {
    "triage": "draft", "certificate_needed": "triage", "certificate_applied": "certificate_needed",
    "certificate_granted": "certificate_applied", "preapproval_needed": "triage",
    "preapproval_applied": "preapproval_needed", "preapproval_granted": "preapproval_applied",
    "preparing": "triage", "provider_review": "preparing", "provider_passed": "provider_review",
    "sms_verification": "provider_passed",
    "authority_review": "sms_verification", "returned": "provider_review",
    "filed": "authority_review", "open": "filed", "completed": "authority_review",
    "not_required": "triage", "referred": "triage",
    "ineligible": "triage", "refused": "authority_review", "withdrawn": "draft",
}  # fmt: skip


_FACTS_FOR = {
    **dict.fromkeys(("certificate_needed", "certificate_applied", "certificate_granted"), FOREIGN),
    **dict.fromkeys(("preapproval_needed", "preapproval_applied", "preapproval_granted"), FORUM),
    "not_required": {**ENTERPRISE, "server_region": "hong_kong"},
    "referred": {**ENTERPRISE, "access": "ip_address"},
    "ineligible": {
        **ENTERPRISE,
        "applicant_type": "individual",
        "forum": "true",
        "preapproval": "false",
    },
}


def many_like(case: FilingCase, number: int, year: int = 2030, **fields: Any) -> list[FilingCase]:
    """So many other drafts of the same applicant as bare rows, the newest first."""
    now = timezone.now()
    made = FilingCase.objects.bulk_create(
        FilingCase(
            reference=f"ICP-{year}-{n:06d}", applicant=case.applicant, domain=f"y{year}-{n}.cn",
            registrable_domain=f"y{year}-{n}.cn", created_at=now, state_since=now, version=1,
            **{"turn": "applicant", "turn_since": now, **fields},
        )
        for n in range(number)
    )  # fmt: skip
    return made[::-1]
