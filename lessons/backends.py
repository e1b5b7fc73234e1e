from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from lessons.models import CourseStaff
from portal.accounts.models import User
from portal.notices.models import Notice

# Raw SQL, because every page of a signed-in user runs it, and building the query takes as long as running it.
_USER = f"""
    SELECT person.*, EXISTS(
        SELECT 1 FROM {CourseStaff._meta.db_table} staff WHERE staff.user_id = person.id
    ) AS is_course_staff, EXISTS(
        SELECT 1 FROM {CourseStaff._meta.db_table} staff
        WHERE staff.user_id = person.id AND staff.cohort_id IS NOT NULL
    ) AS has_cohort_role, (
        SELECT COUNT(*) FROM {Notice._meta.db_table} notice
        WHERE notice.user_id = person.id AND notice.read_at IS NULL
    ) AS unread_notices
    FROM {User._meta.db_table} person WHERE person.id = %s
"""  # noqa: S608 - names of tables


class Backend(AuthenticationBackend):
    """Load the signed-in user with their roles and `unread_notices`, which saves every page some queries."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is None and credentials.get("password"):
            # allauth's backend comes next, for sign-ins that it started. It would hash the password again.
            raise PermissionDenied
        return user

    def get_user(self, user_id: int) -> User | None:
        user = next(iter(User.objects.raw(_USER, [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
