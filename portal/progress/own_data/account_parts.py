"""Rows about a person: the account, its sign-in, and notices."""

import re

from django.db.models import Q

from portal.accounts.models import User
from portal.progress.own_data.part import Fate, Part

STAY, CHANGE = Fate.STAY, Fate.CHANGE
LEASE = "leased_until tries"


def entries_about(user: User) -> Q:
    # Of others, who name a person by their email. It may be the beginning or the end of another address.
    whole = rf"(^|[^\w.+-]){re.escape(user.email)}($|[^\w.-]|\.$|\.\s)"
    return ~Q(user=user) & Q(what__icontains=user.email) & Q(what__iregex=whole)


ACCOUNT_PARTS = (
    Part(
        "accounts.User",
        "pk",
        "Account",
        "email name github_name time_zone date_joined last_login is_staff is_superuser leaves_at "
        "theme has_shortcuts accepted_at accepted_version",
        "id password is_active erased_at",
        CHANGE,
    ),
    Part("account.EmailAddress", "user", "Email addresses", "email verified primary", "id"),
    Part(
        "socialaccount.SocialAccount",
        "user",
        "Linked accounts",
        "provider uid last_login date_joined extra_data",
        "id",
    ),
    Part("mfa.Authenticator", "user", "Second factors", "type created_at last_used_at", "id data"),
    Part(
        "labs.AccessToken",
        "user",
        "Access tokens",
        "name created_at expires_at last_used_at revoked_at revoked_because",
        "id digest",
    ),
    Part("accounts.User_groups", "user", "Groups", "group__name", "id"),
    Part("accounts.User_user_permissions", "user", "Permissions", "permission__name", "id"),
    Part("lessons.CourseStaff", "user", "Roles in courses", "course__title cohort__title role", "id"),
    Part("progress.CalendarFeed", "user", "Calendar address", "created_at", "id key"),
    Part("notices.MailChoice", "user", "Choices about emails", "kind email", "id"),
    Part("notices.MailTimes", "user", "Times of emails", "digest_hour quiet_from quiet_until", "id"),
    Part("notices.Notice", "user", "Notices", "kind text link created_at read_at", "id"),
    Part(
        "notices.Mail",
        "user",
        "Emails",
        "kind day state reason created_at ended_at calendar",
        f"id message_id not_before token {LEASE}",
    ),
    Part("lessons.Presence", "user", "", "", "id model key since seen_at"),
    Part("progress.ReminderTurn", "user", "", "", "id looked_at sent"),
    Part(
        "progress.ClassroomImport",
        "asked_by",
        "Uploaded classrooms",
        "title state created_at",
        f"id time_zone files report {LEASE}",
    ),
    Part(
        "progress.DataExport",
        "user",
        "Exports",
        "state asked_at ready_at",
        f"id folder parts {LEASE}",
        CHANGE,
    ),
    Part(
        "progress.Leaving",
        "user",
        "Deletion of the account",
        "asked_at reason keeps_certificates started_at",
        f"id reminded_at {LEASE}",
        CHANGE,
    ),
    Part(
        "accounts.AuditEntry",
        "user",
        "Record of your actions",
        "at event what address",
        "id who",
        CHANGE,
        veils="what",
    ),
    Part(
        "accounts.AuditEntry",
        "",
        "Record of actions about you",
        "at event what",
        "id who address",
        CHANGE,
        entries_about,
        veils="what",
    ),
    Part(
        "admin.LogEntry",
        "user",
        "Changes on staff pages",
        "action_time object_repr change_message",
        "id object_id action_flag",
        CHANGE,
        veils="object_repr change_message",
    ),
    Part("account.EmailConfirmation", "email_address__user", "", "", "id created sent key"),
    Part("socialaccount.SocialToken", "account__user", "", "", "id token token_secret expires_at"),
)
