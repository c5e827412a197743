"""Living a case again through the door, from what its rows say happened."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile

from bench.register import Again
from icpcases.cases.forms.apps import features_shown
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, FilingCase, Provider, Province
from icpcases.files.uploads import Upload, check_upload
from icpcases.register.prefill import seed
from icpcases.rules.documents import Kind
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.documents import add_document, mark_not_needed
from icpcases.workflow.actions.judging import judge_document
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.actions.requests import ask, settle
from icpcases.workflow.changes import SYSTEM
from icpcases.workflow.engine import perform

Row = dict[str, Any]


class Living:
    """An empty office with the staff and the tables that the cases need."""

    def __init__(self, kept: Row) -> None:
        self.files, self.uploads = kept["files"], dict[str, Upload]()
        self.users: dict[str, User] = {}
        self.applicants: dict[tuple[str, str], Applicant] = {}
        for username, last, first, email, groups in kept["staff"]:
            user = self._user(username, last_name=last, first_name=first, email=email)
            user.groups.set(Group.objects.filter(name__in=groups))
        for code, answer in kept["answers"].items():
            Province.objects.filter(pk=code).update(accepts_forums=answer)
        for values in kept["providers"]:
            Provider.objects.create(**{k: v for k, v in values.items() if k != "id"})

    def _user(self, username: str, **fields: Any) -> User:
        if username not in self.users:
            self.users[username] = User.objects.create(username=username, **fields)
        return self.users[username]

    def live(self, wanted: Row) -> FilingCase:
        """The case of a portrait, lived again."""
        life = _Life(self, wanted)
        for row in wanted["history"]:
            life.happens(row)
        return FilingCase.objects.with_names().get(pk=life.case.pk)

    def upload(self, document: Row) -> Upload:
        """The file of a document, checked once however many hand it in."""
        key = document["sha256"], document["label"]
        if str(key) not in self.uploads:
            file = ContentFile(self.files[document["sha256"]], name=document["label"])
            self.uploads[str(key)] = check_upload(file)
        return self.uploads[str(key)]

    def file(self, document: Row) -> ContentFile:
        """The file of a document as it is sent."""
        return ContentFile(self.files[document["sha256"]], name=document["label"])


class _Life:
    case: FilingCase

    def __init__(self, living: Living, wanted: Row) -> None:
        self.living, self.wanted = living, wanted
        for username, _part, email in wanted["people"]:
            living._user(username, email=email)

    def happens(self, row: Row) -> None:
        """One row of the history happens again."""
        by = self.living._user(row["by_id"]) if row["by_id"] else SYSTEM
        if "opened" in row["entered"]:
            self._open(by, row["happened_at"])
        elif row["kind"] == "step":
            self._step(by, row)
        else:
            self._edit(by, row)

    @property
    def version(self) -> int:
        return FilingCase.objects.values_list("version", flat=True).get(pk=self.case.pk)

    def _open(self, by: Any, at: dt.datetime) -> None:
        applicant = self._applicant()
        again = Again(applicant, lambda name: self.living._user(name) if name else None)
        if self.wanted["before"]:
            applicant.save()
        for row in self.wanted["before"]:
            again.happens(row)
        people = self.wanted["people"]
        owner = self.living._user(people[0][0]) if people else None
        filing_type = self.wanted["case"]["filing_type"]
        draft = FilingCase(applicant=applicant, filing_type=filing_type)
        if self.wanted["before"]:
            seed(draft, again.records.get(f"service {self.wanted['service']}"))
        draft.service_kind = self.wanted["case"]["service_kind"]
        form = FactsForm.of(draft, data=self._facts(again))
        assert form.is_valid(), form.errors
        self.case = open_case(by, applicant, form, owner, at)

    def _applicant(self) -> Applicant:
        """Who applies: as another case left them, or new, confirmed if no row here does it."""
        own = self.wanted["applicant"]
        key = own["certificate_type"], own["certificate_number"]
        if key in self.living.applicants:
            return self.living.applicants[key]
        later = any("confirmed" in row["entered"] for row in self.wanted["history"])
        confirmed = {} if later or not own["confirmed_at"] else {
            "confirmed_at": own["confirmed_at"],
            "confirmed_by": self.living._user(own["confirmed_by_id"]),
        }  # fmt: skip
        plain = {k: v for k, v in own.items() if not k.startswith("confirmed")}
        self.living.applicants[key] = Applicant(**plain, **confirmed)
        return self.living.applicants[key]

    def _facts(self, again: Again) -> Row:
        """The facts at the opening: what a step set later is as it was before."""
        facts = dict(self.wanted["case"])
        for row in reversed(self.wanted["history"]):
            for name, (old, _new) in row["changes"].get("fields", {}).items():
                facts[name] = old
        facts["province"], facts["domain"] = facts["province_id"], facts["domain_unicode"]
        names = (*FactsForm.base_fields, "term", "findings", "subject_name")
        given = {
            name: {True: "true", False: "false", None: ""}.get(facts.get(name), facts.get(name, ""))
            for name in names
        }
        for field, kind in (("service", "service"), ("access", "provideraccess")):
            record = again.records.get(f"{kind} {self.wanted[field]}")
            given["service" if field == "service" else "provider_access"] = record and record.pk
        return given | features_shown(self.wanted["case"]["app_features"])

    def _step(self, by: Any, row: Row) -> None:
        data: Row = {
            "happened": row["happened_at"], "note_public": row["note_public"],
            "note_internal": row["note_internal"], **row["entered"],
        }  # fmt: skip
        if row["told"]:
            data["tell"] = "on"
        if row["reasons"]:
            data |= {"reasons": row["reasons"], "reason": row["reasons"][0]["text"]}
        if "provider" in data:
            data["provider"] = Provider.objects.get(name=data["provider"]).pk
        if "file" in data:
            (place,) = row["changes"]["documents"]
            data["file"] = self.living.file(self.wanted["documents"][place])
        self.case = perform(self.case, row["step"], by, data, self.version)

    def _edit(self, by: Any, row: Row) -> None:
        entered, at, reasons = row["entered"], row["happened_at"], row["reasons"]
        reason = reasons[0]["text"] if reasons else ""
        if "confirmed" in entered:
            confirm_applicant(self.case, by, self.version, at)
        elif "added" in entered:
            self._add(by, row)
        elif "judged" in entered:
            accepted = entered["status"] == "accepted"
            pk = self._pks("documents")[entered["document"]]
            judge_document(self.case, by, pk, accepted, reason, self.version, at)
        elif "not_needed" in entered:
            kind = Kind(entered["not_needed"])
            mark_not_needed(self.case, by, kind, entered["is"], self.version, at)
        elif "asked" in entered:
            self._ask(by, row)
        elif "answered" in entered:
            pk = self._pks("requests")[entered["answered"]]
            requests.answer(self.case, by, pk, entered["answer"], self.version, at)
        elif "settled" in entered:
            pk = self._pks("requests")[entered["settled"]]
            settle(self.case, by, pk, entered["decision"], reason, self.version, at)
        elif "assigned" in entered:
            to = row["changes"]["fields"]["officer_id"][1]
            officer = self.living._user(to) if to else None
            assign(self.case, by, officer, self.version, at)
        else:
            add_note(self.case, by, row["note_internal"], self.version, at)

    def _pks(self, name: str) -> list[int]:
        return list(getattr(self.case, name).order_by("pk").values_list("pk", flat=True))

    def _add(self, by: Any, row: Row) -> None:
        (place,) = row["changes"]["documents"]
        paper = self.wanted["documents"][place]
        names = ("kind", "number", "issued_in", "issued_on", "expires_on")
        data = {name: paper[name] for name in names} | {"file": self.living.upload(paper)}
        add_document(self.case, by, data, self.version, row["happened_at"])

    def _ask(self, by: Any, row: Row) -> None:
        asked = self.wanted["requests"][row["entered"]["asked"]]
        data = {"about": asked["about"], "text": row["reasons"][0]["text"]}
        data["due_on"] = asked["due_on"]
        ask(self.case, by, data, self.version, row["happened_at"])
