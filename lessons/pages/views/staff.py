"""Check who may open the pages of staff."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.views.decorators.cache import never_cache

from lessons import queries
from portal.accounts.http import UserRequest

AnyView: TypeAlias = Callable[..., HttpResponseBase]


def staff_only(view: AnyView) -> AnyView:
    """Redirect visitors to sign in; refuse signed-in users who are not staff."""

    @wraps(view)
    def call(request: UserRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(call)


def with_taught_course(view: AnyView) -> AnyView:
    """Call `view(request, course, …)` for staff of the course. Raises Http404 for anybody else."""

    @wraps(view)
    def call(request: UserRequest, course: str, **kwargs: Any) -> HttpResponseBase:
        return view(request, queries.get_taught_course_by_slug(request.user, course), **kwargs)

    return call


def of_course(view: AnyView) -> AnyView:
    """Call the view as `with_taught_course` does, but refuse signed-in users who are not staff."""
    return never_cache(staff_only(with_taught_course(view)))
