"""Request the deletion of an account, cancel the request, and delete the account when it is due."""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from lessons import leases
from lessons.models import Course, CourseStaff
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify
from portal.progress.models import Leaving
from portal.progress.own_data.erasing import erase_account

logger = logging.getLogger(__name__)

REMIND_BEFORE = timedelta(days=3)
LEASE = timedelta(minutes=7)  # more than the time limit of the task
POSTPONED_BY = timedelta(days=1)
MAX_AT_ONCE = 100


class CannotLeaveError(Exception):
    """The account cannot be deleted now. The message says what to do first."""


def grace() -> timedelta:
    return timedelta(days=settings.LEAVING_DAYS)


def list_obstacles(user: User) -> list[str]:
    """Return the duties that a person has to hand over before they can leave."""
    found = []
    others = User.objects.filter(is_active=True, leaves_at=None).exclude(pk=user.pk)
    if user.is_superuser and not others.filter(is_superuser=True).exists():
        found.append("You are the only administrator. Make somebody else an administrator first.")
    instructors = CourseStaff.objects.filter(course=OuterRef("pk"), role=CourseStaff.Role.INSTRUCTOR)
    alone = Course.objects.filter(Exists(instructors.filter(user=user)))
    for course in alone.exclude(Exists(instructors.filter(user__in=others))).order_by("title"):
        found.append(f"You are the only instructor of {course.title}. Give it another instructor first.")
    return found


@transaction.atomic
def ask_to_leave(*, user: User, by: User, keeps_certificates: bool = False, reason: str = "") -> Leaving:
    """Delete the account of `user` after the grace time. Asking again changes nothing. Raises CannotLeaveError."""
    # Administrators too, so that two of them cannot leave at the same moment.
    locked = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(is_superuser=True)).order_by("pk")
    user = next(each for each in locked if each.pk == user.pk)
    if user.erased_at:
        raise CannotLeaveError("This account was deleted already.")
    if obstacles := list_obstacles(user):
        raise CannotLeaveError(" ".join(obstacles))
    wish = {"asked_by": by, "reason": reason, "keeps_certificates": keeps_certificates}
    leaving, is_new = Leaving.objects.get_or_create(user=user, defaults=wish)
    if not is_new:
        return leaving
    user.leaves_at = timezone.now() + grace()
    user.save(update_fields=["leaves_at"])
    what = f"deletion of {user.email} on {user.leaves_at:%Y-%m-%d}"
    record(Event.OWN_DATA, f"{what}: {reason}" if reason else what, user=by)
    who = "You asked" if by.pk == user.pk else "An administrator asked"
    _notify(
        user, f"{who} to delete your account. It will be deleted on {_day(user)}. Until then you can keep it."
    )
    return leaving


@transaction.atomic
def keep_account(*, user: User) -> bool:
    """Cancel the deletion of an account. Return False if none was requested, or it has begun."""
    kept, _ = Leaving.objects.filter(user=user, started_at=None).delete()
    if not kept:
        return False
    User.objects.filter(pk=user.pk).update(leaves_at=None)
    record(Event.OWN_DATA, f"deletion of {user.email} cancelled", user=user)
    _notify(user, "Your account will not be deleted.")
    return True


def remind_leavers() -> None:
    """Send each person who will be gone soon one email about it."""
    ahead = min(REMIND_BEFORE, grace() / 2)
    due = Leaving.objects.filter(
        started_at=None, reminded_at=None, user__leaves_at__lt=timezone.now() + ahead
    )
    for leaving in due.select_related("user").order_by("pk")[:MAX_AT_ONCE]:
        _remind(leaving)


@transaction.atomic
def _remind(leaving: Leaving) -> None:
    if Leaving.objects.filter(pk=leaving.pk, reminded_at=None).update(reminded_at=timezone.now()):
        end = _day(leaving.user)
        text = f"Your account will be deleted on {end}. Until then you can keep it, or download your data."
        _notify(leaving.user, text)


def _day(user: User) -> str:
    return date_format(timezone.localtime(user.leaves_at, ZoneInfo(user.time_zone)), "j F Y")


def _notify(user: User, text: str) -> None:
    notify(user=user, kind="account", text=text, link=reverse("leave_account"), at_once=True)


# --- the worker's side ----------------------------------------------------------------------------------------------


def delete_due() -> int:
    """Delete the accounts that are due. Return their number."""
    due = Leaving.objects.filter(user__leaves_at__lte=timezone.now())
    gone = 0
    for leaving in leases.free(due).select_related("user").order_by("pk")[:MAX_AT_ONCE]:
        gone += _delete(leaving)
    return gone


def _delete(leaving: Leaving) -> bool:
    if not _start(leaving):
        return False
    try:
        erase_account(leaving)
    except (
        Exception
    ):  # the lease runs out, and another worker tries again: our fault, and the person must not stay
        logger.exception("account %s could not be deleted", leaving.user_id)
        return False
    return True


@transaction.atomic
def _start(leaving: Leaving) -> bool:
    # A deletion that has started goes on: the person has lost their access already.
    if leaving.started_at is None and list_obstacles(leaving.user):
        _postpone(leaving)
        return False
    started = leaving.started_at or timezone.now()
    return leases.take(
        Leaving.objects.all(), pk=leaving.pk, tries=leaving.tries, lease=LEASE, started_at=started
    )


def _postpone(leaving: Leaving) -> None:
    user = leaving.user
    user.leaves_at = timezone.now() + POSTPONED_BY
    user.save(update_fields=["leaves_at"])
    _notify(user, f"Your account could not be deleted yet. {' '.join(list_obstacles(user))}")
