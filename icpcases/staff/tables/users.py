"""Django's own accounts, for whoever keeps them, in the frame of the other tables."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.fields import MailField
from icpcases.cases.forms.seen import SeenForm

from .kept import KeptTable

admin.site.unregister(User)


class AccountForm(SeenForm, UserChangeForm):
    """An account, held against what the page showed."""

    email = MailField(label=gettext_lazy("e-mail"), required=False)


@admin.register(User)
class UserTable(KeptTable[User], UserAdmin):
    """Accounts; no older page overwrites what a colleague has changed."""

    form = AccountForm
    # Signing in writes the first: no change by a colleague.
    readonly_fields = ("last_login", "date_joined")
    purpose = gettext_lazy(
        "Every account. The groups decide who works here: officer, supervisor, auditor."
    )
