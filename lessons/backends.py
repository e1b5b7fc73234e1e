from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from lessons.models import CourseStaff
from portal.accounts.models import User
from portal.accounts.unconfirmed import find_unconfirmed
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

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        # Two passwords are hashed for every refusal, so that its time does not show whose accounts exist.
        owners = filter_users_by_email(email, prefer_verified=True, for_login=True) if email else []
        return self._try(next(iter(owners), None), password) or self._try(find_unconfirmed(email), password)

    def _try(self, user: User | None, password: str) -> User | None:
        if user is None:
            self._did_check_password = True
            self._mitigate_timing_attack(password)
            return None
        found: User | None = self._check_password(user, password)
        return found

    def get_user(self, user_id: int) -> User | None:
        user = next(iter(User.objects.raw(_USER, [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
