"""What whoever keeps the accounts finds in the admin, beside Django's own users."""

from collections.abc import Sequence

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from icpcases.lifecycle.roles import STAFF_GROUPS
from icpcases.web.sendings import MakesOnce

from .models import SecondFactor

# The first is used by no page of ours, and the second shows its secrets.
admin.site.unregister([account_admin.EmailAddress, mfa_admin.Authenticator, Group])


@admin.register(Group)
class RoleGroupAdmin(MakesOnce, GroupAdmin):
    """Groups; those that stand for a role keep their name, by which the program knows them."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return not _is_role(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return not _is_role(obj) and super().has_delete_permission(request, obj)

    def get_deleted_objects(
        self, objs: Sequence[Group] | QuerySet[Group], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Several at once: not if a role is among them."""
        found, counts, wanting, kept = super().get_deleted_objects(objs, request)
        roles = [str(group) for group in objs if _is_role(group)]
        return found, counts, wanting | set(roles), kept


def _is_role(group: Group | None) -> bool:
    return group is not None and group.name in STAFF_GROUPS


@admin.register(SecondFactor)
class SecondFactorAdmin(admin.ModelAdmin):
    """A list to look at and to remove from."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_display_links = None
    search_fields = ("user__username",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SecondFactor | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: SecondFactor) -> None:
        """With the app go the recovery codes, and the other way round."""
        self.delete_queryset(request, SecondFactor.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SecondFactor]) -> None:
        """All that the same people have."""
        people = list(queryset.values_list("user_id", flat=True))
        SecondFactor.objects.filter(user_id__in=people).delete()
