from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from lessons.models import CourseStaff
from portal.accounts.models import User


class Backend(AuthenticationBackend):
    """Load a signed-in user together with `is_course_staff`, so that no page asks for it in a query of its own."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if user is None and credentials.get("password"):
            # allauth's own backend comes next, for log-ins that it began. It would hash the password again.
            raise PermissionDenied
        return user

    def get_user(self, user_id: int) -> User | None:
        roles = CourseStaff.objects.filter(user=OuterRef("pk"))
        user = User.objects.annotate(is_course_staff=Exists(roles)).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
