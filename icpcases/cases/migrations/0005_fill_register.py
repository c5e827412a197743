"""What the cases of earlier releases have filed enters the register, with the days they kept.

A cancelled case is what it was before: what is cancelled is its service.
"""

from django.db import migrations
from django.utils import timezone

BATCH = 1000
NUMBERED = ("filed", "open")
STEPS = {
    "approve": ("filed", ()),
    "record_opening": ("dated", ("opened_on",)),
    "record_footer": ("dated", ("footer_on",)),
    "record_public_security": ("dated", ("public_security_number", "public_security_on")),
}
LEADER = ("service_leader", "service_leader_phone", "service_leader_id")


BEFORE_THEM = ("provider_review", "sms_verification", "authority_review", "returned")


def share_orders(apps, schema_editor):
    """An order may hold several cases from now on; those there are hold one each.

    Of two orders of one subject that run, the older keeps running: before the administrations a
    subject has one errand at a time.
    """
    orders = apps.get_model("cases", "Order").objects.order_by("pk")
    memberships = apps.get_model("cases", "OrderCase")
    memberships.objects.bulk_create(
        (
            memberships(order_id=pk, case_id=case, joined_on=submitted, left_on=ended)
            for pk, case, submitted, ended in orders.values_list(
                "pk", "case_id", "submitted_on", "ended_on"
            ).iterator(chunk_size=BATCH)
        ),
        batch_size=BATCH,
    )
    orders.update(running=False)
    live = orders.filter(ended_on__isnull=True, case__state__in=BEFORE_THEM)
    first = {}
    for pk, applicant in live.values_list("pk", "applicant_id").iterator(chunk_size=BATCH):
        first.setdefault(applicant, pk)
    for start in range(0, len(first), BATCH):
        orders.filter(pk__in=[*first.values()][start : start + BATCH]).update(running=True)


def fill(apps, schema_editor):
    cases = apps.get_model("cases", "FilingCase").objects.exclude(icp_number="")
    # Those that stand come first: a number that was given again is theirs.
    for states in (NUMBERED, ("cancelled",)):
        last = 0
        of_these = cases.filter(state__in=states).select_related("applicant").order_by("pk")
        while batch := list(of_these.filter(pk__gt=last)[:BATCH]):
            _file(apps, batch)
            last = batch[-1].pk
    _settle(apps)
    _ask_by_sms(apps)
    add_clock(apps)


def _file(apps, batch):
    service_model = apps.get_model("cases", "Service")
    subjects = _subjects(apps, batch)
    taken = service_model.objects.filter(number__in=[case.icp_number for case in batch])
    there = {service.number: service for service in taken.select_related("subject")}
    new = {}
    for case in batch:
        known = there.get(case.icp_number) or new.get(case.icp_number)
        subject = subjects[case.applicant_id]
        if known is None:
            new[case.icp_number] = _service(service_model, case, subject)
    service_model.objects.bulk_create(new.values())
    services = there | new
    _domains_and_accesses(apps, batch, new)
    for case in batch:
        case.service = services[case.icp_number]
    _cancelled(apps, [case for case in batch if case.state == "cancelled"])
    apps.get_model("cases", "FilingCase").objects.bulk_update(batch, ["service"])
    _rows(apps, batch)


def _subjects(apps, batch):
    model = apps.get_model("cases", "SubjectFiling")
    numbers = model.objects.filter(number__in=[case.icp_subject for case in batch])
    holders = dict(numbers.values_list("number", "applicant_id"))
    for case in batch:
        if holders.setdefault(case.icp_subject, case.applicant_id) != case.applicant_id:
            raise RuntimeError(
                f"{case.reference} bears {case.icp_number}, whose subject number another "
                "applicant has too: correct one of the two before this release."
            )
    applicants = {case.applicant_id for case in batch}
    found = {s.applicant_id: s for s in model.objects.filter(applicant__in=applicants)}
    new = {}
    for case in batch:
        if case.applicant_id in found or case.applicant_id in new:
            continue
        leader = {f"subject{n.removeprefix('service')}": getattr(case, n) for n in LEADER}
        new[case.applicant_id] = model(
            applicant=case.applicant, province_id=case.province_id, number=case.icp_subject,
            filed_on=case.filed_on, **leader,
        )  # fmt: skip
    model.objects.bulk_create(new.values())
    return found | new


def _service(model, case, subject):
    cancelled = case.state == "cancelled"
    return model(
        subject=subject, name=case.site_name, number=case.icp_number, number_of=case.icp_subject,
        filed_on=case.filed_on, opened_on=case.opened_on, footer_on=case.footer_on,
        public_security_number=case.public_security_number,
        public_security_on=case.public_security_on, filed_here=True,
        state="cancelled" if cancelled else "live",
        cancelled_on=case.cancelled_on if cancelled else None,
        **{name: getattr(case, name) for name in LEADER},
    )  # fmt: skip


def _domains_and_accesses(apps, batch, new):
    domain_model = apps.get_model("cases", "ServiceDomain")
    access_model = apps.get_model("cases", "ProviderAccess")
    orders = apps.get_model("cases", "Order").objects.filter(case__in=batch).order_by("pk")
    providers = dict(orders.values_list("case_id", "provider_id"))
    domains, accesses = [], []
    for case in batch:
        service = new.get(case.icp_number)
        if service is None:
            continue
        if case.domain:
            domains.append(
                domain_model(
                    service=service, service_kind="website", live=service.state == "live",
                    domain=case.domain, domain_unicode=case.domain_unicode,
                    registrable_domain=case.registrable_domain,
                )
            )  # fmt: skip
        if case.pk in providers:
            accesses.append(
                access_model(
                    service=service, provider_id=providers[case.pk], since=service.filed_on,
                    until=service.cancelled_on, ended_by="cancelled" if service.cancelled_on else "",
                )
            )  # fmt: skip
    domain_model.objects.bulk_create(domains)
    access_model.objects.bulk_create(accesses)


def _cancelled(apps, cases):
    """A cancelled case goes back to where it was, and its history says why."""
    rows = apps.get_model("cases", "HistoryRow")
    steps = rows.objects.filter(case__in=cases, step="cancel_filing").order_by("sequence")
    cancelling = {row.case_id: row for row in steps}
    now, written = timezone.now(), []
    for case in cases:
        row = cancelling.get(case.pk)
        # The state is protected, also on the models of a migration.
        vars(case)["state"] = row.from_state if row else ("open" if case.opened_on else "filed")
        case.version += 1
        case.turn, case.due_at = "nobody", None
        written.append(
            rows(
                case=case, sequence=case.version, kind="step", step="step_back",
                from_state="cancelled", to_state=case.state, turn=case.turn, happened_at=now,
                recorded_at=now, undoes=row.sequence if row else None,
                # A reason, as of any step taken back; a note would have to be found by its words.
                reasons=[{"about": "", "text": (
                    "What is cancelled is the service, no longer the case: since "
                    f"{case.cancelled_on:%Y-%m-%d} it stands so in the register."
                )}],
            )
        )  # fmt: skip
    rows.objects.bulk_create(written)
    fields = ["state", "version", "turn", "due_at"]
    apps.get_model("cases", "FilingCase").objects.bulk_update(cases, fields)


def _rows(apps, batch):
    """The register's history: which step of which case entered what."""
    model = apps.get_model("cases", "RegisterRow")
    history = apps.get_model("cases", "HistoryRow").objects
    by_pk = {case.pk: case for case in batch}
    undone = set(
        history.filter(case__in=batch, undoes__isnull=False).values_list("case_id", "undoes")
    )
    made = []
    steps = history.filter(case__in=batch, step__in=STEPS).order_by("case_id", "sequence")
    for row in steps:
        if (row.case_id, row.sequence) in undone:
            continue
        case, (what, names) = by_pk[row.case_id], STEPS[row.step]
        fields = {n: v for n, v in row.changes.get("fields", {}).items() if n in names}
        if what == "filed":
            fields = {"number": [None, case.icp_number]}
        made.append(
            model(
                applicant_id=case.applicant_id, service=case.service_id, what=what, case=case,
                sequence=row.sequence, by_id=row.by_id,
                happened_on=timezone.localdate(row.happened_at), recorded_at=row.recorded_at,
                changes={f"service {case.service_id}": fields},
            )
        )  # fmt: skip
    model.objects.bulk_create(made, batch_size=BATCH)


def _settle(apps):
    """A service that nobody hosts has no access; a subject without a live service is a shell."""
    services = apps.get_model("cases", "Service").objects
    services.filter(state="live").exclude(accesses__until__isnull=True, accesses__id__gt=0).update(
        state="no_access"
    )
    apps.get_model("cases", "ServiceDomain").objects.exclude(service__state="live").update(
        live=False
    )
    subjects = apps.get_model("cases", "SubjectFiling").objects
    subjects.exclude(pk__in=services.filter(state="live").values("subject")).update(state="shell")


def _ask_by_sms(apps):
    """Whoever was asked by SMS when the release came can still answer."""
    model = apps.get_model("cases", "SmsCheck")
    waiting = apps.get_model("cases", "FilingCase").objects.filter(state="sms_verification")
    model.objects.bulk_create(
        model(
            case=case, number=1, person="both", name=case.service_leader,
            phone=case.service_leader_phone, sent_at=case.state_since,
        )
        for case in waiting.order_by("pk")
    )  # fmt: skip


def add_clock(apps):
    """How long a provider may take to send on what it has passed."""
    apps.get_model("cases", "Clock").objects.get_or_create(
        state="provider_passed", province=None, provider=None,
        defaults={"amount": 3, "unit": "working_days"},
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_register")]

    operations = [
        migrations.RunPython(share_orders, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
