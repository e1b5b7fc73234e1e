"""The invitation that a visitor follows: sign-up and sign-in pages have its address in `next`."""

import contextlib

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from lessons.joining import CannotJoinError, wait_for_place
from lessons.models import Cohort
from lessons.queries import cohort_by_code
from portal.accounts.invited import Accept
from portal.accounts.models import User


def invited_cohort(request: HttpRequest) -> Cohort | None:
    """Return the cohort with the join page in `next`, else None without a query."""
    return cohort_at(request.POST.get("next") or request.GET.get("next") or "")


def cohort_at(address: str) -> Cohort | None:
    """Return the cohort that has this join page."""
    target = address.partition("?")[0]
    if not target.startswith("/join/"):
        return None
    try:
        return cohort_by_code(resolve(target).kwargs.get("code", ""))
    except Resolver404:
        return None


def find_invitation(address: str) -> Accept | None:
    """Return how a new account takes a place, or one on the waiting list. Registered with `portal.accounts.invited`."""
    cohort = cohort_at(address)
    if cohort is None or not cohort.is_joinable:
        return None

    def accept(user: User) -> None:
        # Closed a moment ago: the join page, which comes next, says so.
        with contextlib.suppress(CannotJoinError):
            wait_for_place(user=user, cohort=cohort)

    return accept
