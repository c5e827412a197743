"""The addresses of signing in; no other page of allauth is reachable.

allauth finds its own pages by the names that begin with account_ and mfa_.
"""

from django.urls import path

from . import address_views, staff_views, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.sign_in_code, name="sign_in_code"),
    path("account/", address_views.account_page, name="account"),
    path("account/code/", address_views.new_address_page, name="new_address"),
    path("sign-out/", views.sign_out, name="sign_out"),
    # In front of Django's own page at the same address.
    path("admin/login/", staff_views.sign_in, name="account_login"),
    path("admin/login/code/", staff_views.second_factor, name="mfa_authenticate"),
    path("admin/password/<uidb64>/<token>/", staff_views.new_password, name="staff_password"),
    path("admin/second-factor/", staff_views.overview, name="mfa_index"),
    path("admin/second-factor/set-up/", staff_views.enrol, name="mfa_activate_totp"),
    path("admin/second-factor/remove/", staff_views.remove, name="mfa_deactivate_totp"),
    path(
        "admin/second-factor/recovery-codes/",
        staff_views.recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "admin/second-factor/recovery-codes/new/",
        staff_views.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("admin/again/", staff_views.password_again, name="account_reauthenticate"),
    path("admin/again/code/", staff_views.second_factor_again, name="mfa_reauthenticate"),
]
