"""What Django says and its own Chinese catalogue lacks or says otherwise than we do.

Marked here, so that our catalogue holds it and comes before Django's.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

OTHERWISE = (
    # Django's word is the one for cancelling a filing.
    gettext_noop("Log out"),
    # Behind the label of a field: in full width.
    gettext_noop(":"),
)
GAPS = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    gettext_noop("Error:"),
    gettext_noop("Forgotten your login credentials?"),
    gettext_noop("In case you’ve forgotten, you are:"),
    gettext_noop("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
