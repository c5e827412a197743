"""F15: every field that takes a number, a code, a day or an address takes it in full width.

The fields are found by looking through every form there is; one that is none of these is named.
"""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms
from django.contrib import admin
from django.db import models

import icpcases
from icpcases.accounts.staff_forms import FoldedCode
from icpcases.cases.forms.applicants import ApplicantForm
from icpcases.cases.forms.fields import (
    CodeField,
    CountField,
    DayField,
    IpAddressField,
    MailField,
    MomentField,
    NumberField,
    PaperNumberField,
)
from icpcases.cases.forms.seen import SeenForm
from icpcases.staff.tables.kept import KeptTable

pytestmark = pytest.mark.sqlite

# What is typed there is words, or a password; or it is hidden, and the page's own.
WORDS = frozenset(
    {
        "name", "site_name", "subject_name", "subject_leader", "service_leader", "authority",
        "issuer", "last_name", "first_name", "reason", "note_public", "note_internal", "answer",
        "text", "findings", "notes", "line", "contact", "follow_up", "source", "title", "message",
        "password", "notice", "refusal", "password1", "password2", "old_password",
        "new_password1", "new_password2",
        "login", "username", "en", "zh", "action", "_seen", "seen", "sending", "domain_names",
    }
)  # fmt: skip
# What the form as a whole folds, each tried below or where it is at home.
BY_THE_FORM = frozenset(
    {
        ("ApplicantForm", "certificate_number"), ("ApplicantForm", "phone"),
        # By the kind of what is filed: rules/icp_numbers.py, rules/domains.py.
        ("ServiceForm", "number"), ("ServiceForm", "domains"),
        # Each made anew as a FoldedCode.
        ("_CodeOnce", "code"), ("EnrolForm", "code"),
        # Words to search by: search/query.py, staff/tables/access_log.py.
        ("FindForm", "find"), ("LookedForm", "whose"),
    }
)  # fmt: skip
# What is chosen on the page, and a pattern and an address that are compared as they stand.
NOT_TYPED = frozenset({"applicant", "order_number_format", "website"})
FOLDING = (
    CodeField, CountField, DayField, IpAddressField, MailField, MomentField, NumberField,
    PaperNumberField,
    FoldedCode,
)  # fmt: skip


def forms_of_ours() -> Iterator[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(icpcases.__path__, "icpcases."):
        if ".migrations" not in module.name and not module.name.endswith(("wsgi", "pdf_worker")):
            importlib.import_module(module.name)
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("icpcases."):
            yield found


def fields_of_ours() -> set[tuple[str, str]]:
    """The fields into which text is typed, and that fold nothing of their own.

    Those of tables are made by the pages that keep them, and tried below.
    """
    found = set()
    for form in forms_of_ours():
        of_table = issubclass(form, SeenForm) and not issubclass(form, ApplicantForm)
        for name, field in getattr(form, "base_fields", {}).items():
            if of_table and name not in getattr(form, "declared_fields", {}):
                continue
            typed = isinstance(
                field, forms.CharField | forms.IntegerField | forms.DateField | forms.DateTimeField
            )
            if typed and not isinstance(field, FOLDING) and not field.widget.is_hidden:
                names = {of.__qualname__ for of in form.__mro__}
                if not any((of, name) in BY_THE_FORM for of in names):
                    found.add((form.__qualname__, name))
    return found


def test_a_field_that_does_not_fold_takes_words():
    left = [place for place in fields_of_ours() if place[1] not in WORDS | NOT_TYPED]
    assert sorted(left) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"certificate_type": "credit_code", "certificate_number": "9144030071526726XG"},) * 2,
        (
            {"certificate_type": "permit", "certificate_number": "H 1234-5678"},
            {"certificate_type": "permit", "certificate_number": "H12345678"},
        ),
        ({"phone": "+86 138-0013-8000"}, {"phone": "13800138000"}),
        ({"phone": "0755-26013388"}, {"phone": "0755-26013388"}),
    ],
)
def test_certificate_and_phone_of_an_applicant(typed, kept):
    for fold in (str, lambda text: f"\u202a{text.translate(WIDE)}\u3000\u200b"):
        sent = {n: fold(v) if n != "certificate_type" else v for n, v in typed.items()}
        form = ApplicantForm({"name": "玉兰书店", "language": "en", **sent})
        assert form.is_valid(), form.errors
        assert {name: form.cleaned_data[name] for name in kept} == kept


WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}
EMAIL = "wei@example.com"


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (CodeField(), "icp-2026-000123", "ICP-2026-000123"),
        (CountField(), "45", 45),
        (DayField(), "2026-11-03", dt.date(2026, 11, 3)),
        (IpAddressField(), "2001:db8::1", "2001:db8::1"),
        (MailField(), EMAIL, EMAIL),
        (PaperNumberField(), "RC-12", "RC-12"),
        (FoldedCode(), "123 456", "123456"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_in_full_width_and_with_what_is_copied_along_it_is_the_same(field, typed, kept):
    wide = typed.translate(WIDE)
    for value in (typed, wide, f" {wide}\u3000", f"\u202a{wide}\u200b\u202c"):
        assert field.clean(value) == kept, value


def test_the_full_stop_of_a_chinese_keyboard_is_a_point():
    assert IpAddressField().clean("１９２。0。2．7") == "192.0.2.7"


def test_a_moment_in_full_width():
    field = MomentField()
    moment = field.clean("2026-11-03 09:30")
    assert field.clean("２０２６－１１－０３ ０９：３０") == moment
    assert field.clean("2026年11月3日 09:30") == moment
    assert field.clean("2026-11-03T09:30") == moment


@pytest.mark.parametrize(
    "model", [m for m in admin.site._registry if m.__module__.startswith("icp")]
)
def test_days_and_counts_of_the_tables_fold_too(model, rf):
    table = admin.site._registry[model]
    if not isinstance(table, KeptTable):
        return
    for field in model._meta.fields:
        plain = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
        count = isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField)
        wanted = DayField if plain else CountField if count else PaperNumberField
        if field.editable and not field.choices and (plain or count or field.name == "phone"):
            shown = table.formfield_for_dbfield(field, rf.get("/"))
            assert isinstance(shown, wanted), (model, field)
