from typing import Any

import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401 - both register models that are unregistered below
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from portal.accounts import roles
from portal.accounts.audit import Event, record
from portal.accounts.credentials import end_credentials
from portal.accounts.forms import GitHubNameField
from portal.accounts.models import AuditEntry, User
from portal.accounts.roles import Job


class JobField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(label="Role", choices=Job.choices, initial=Job.LEARNER, widget=forms.RadioSelect)


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]  # no arguments at runtime
    job = JobField()

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("An account with this email already exists.")
        return email


class UserForm(UserChangeForm):  # type: ignore[type-arg]  # no arguments at runtime
    job = JobField()
    github_name = GitHubNameField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["job"] = roles.job_of(self.instance)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "job", "time_zone", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["email", "name", "github_name"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["name", "github_name", "time_zone"]}),
        ("Role", {"fields": ["job", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined", "accepted_version", "accepted_at"]}),
    ]
    readonly_fields = ["last_login", "date_joined", "accepted_version", "accepted_at"]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "job", "usable_password", "password1", "password2"]})
    ]
    filter_horizontal = ()
    actions = ["make_instructors", "show_password_address"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # the row of a deleted account stays as it is
        return super().has_change_permission(request, obj) and not getattr(obj, "erased_at", None)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # would delete the points of courses too; the page has a link that keeps them
        return False

    @admin.display(description="role")
    def job(self, user: User) -> str:
        return roles.job_of(user).value

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "job" in form.cleaned_data:
            roles.give_job(user=obj, job=Job(form.cleaned_data["job"]))
        if change and "is_active" in form.changed_data:
            record(Event.ROLE, f"{obj.email}: {'reactivated' if obj.is_active else 'closed'}")
            if not obj.is_active:
                end_credentials(obj, "the account was closed")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        # Django does not notify password validators when a password is removed.
        before = (
            User.objects.filter(pk=id).values_list("password", flat=True).first() if id.isdecimal() else None
        )
        response = super().user_change_password(request, id, form_url)
        user = User.objects.filter(pk=id).first() if before is not None else None
        if user and user.password != before:
            record(Event.PASSWORD, f"Password of {user.email} changed by an administrator")
            if not user.has_usable_password():
                end_credentials(user, "the password was removed")
        return response

    @admin.action(description="Make selected people instructors")
    def make_instructors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        learners = [user for user in people.filter(erased_at=None) if roles.job_of(user) == Job.LEARNER]
        for user in learners:
            roles.give_job(user=user, job=Job.INSTRUCTOR)
        self.message_user(request, f"Instructors added: {len(learners)}. Administrators keep their role.")

    @admin.action(description="Show a one-time link to set a password")
    def show_password_address(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people.filter(erased_at=None)[:10]:
            record(Event.PASSWORD, f"one-time link created for {user.email}")
            shown = f"Send this link to {user.email} only. It works once, within 3 days: "
            shown += roles.password_address(user)
            self.message_user(request, shown, messages.WARNING)


class RecordsRoles(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    """Record each change in the audit log, because these rows decide who may do what."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(Event.ROLE, f"added: {obj}")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(Event.ROLE, f"changed: {obj}")
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            record(Event.ROLE, f"removed: {row}")
        return super().log_deletions(request, queryset)


class AdministratorsOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    """Visible to administrators; nobody can change it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(AdministratorsOnly):
    list_display = ["at", "event", "who", "what", "address"]
    list_filter = ["event"]
    search_fields = ["who", "what", "address"]
    date_hierarchy = "at"
    show_full_result_count = False


for model in (Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(SocialAccount)
class SocialAccountAdmin(AdministratorsOnly):
    """Accounts on GitHub that users linked. Delete a row for someone who can no longer sign in to unlink it."""

    list_display = ["user", "provider", "uid", "date_joined", "last_login"]
    list_filter = ["provider"]
    search_fields = ["user__email", "uid"]
    fields = ["user", "provider", "uid", "extra_data", "date_joined", "last_login"]
    list_select_related = ["user"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def delete_model(self, request: HttpRequest, obj: SocialAccount) -> None:
        record(Event.GITHUB, f"unlinked from {obj.user} by an administrator")
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SocialAccount]) -> None:
        for linked in queryset.select_related("user"):
            self.delete_model(request, linked)


@admin.register(Authenticator)
class AuthenticatorAdmin(AdministratorsOnly):
    """Replaces allauth's page, which shows the secrets. Delete a row for someone who lost their second factor."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        record(Event.SECOND_FACTOR, f"{obj.type} of {obj.user} removed by an administrator")
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        for authenticator in queryset.select_related("user"):
            self.delete_model(request, authenticator)
