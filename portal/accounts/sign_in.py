"""Time limits and second factor of a sign-in, both kept in the server-side session."""

import time
from collections.abc import MutableMapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from portal.accounts.models import User

Session = MutableMapping[str, Any]
SIGNED_IN_AT, SEEN_AT, SECOND_FACTOR_OF = "signed_in_at", "seen_at", "second_factor_of"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
MAX_SECONDS_BETWEEN_WRITES = 300


def is_staff_member(user: User) -> bool:
    """If `user` may open the staff pages, or teaches a course and so sees more than learners on their pages."""
    if user.is_staff or user.is_superuser:
        return True
    is_course_staff = getattr(user, "is_course_staff", None)  # from lessons.backends
    return bool(user.teaches.exists() if is_course_staff is None else is_course_staff)


def limits(user: User) -> tuple[float, float]:
    """Return the maximum idle seconds and the maximum total seconds of a sign-in."""
    if is_staff_member(user):
        return settings.STAFF_SIGN_IN_IDLE_SECONDS, settings.STAFF_SIGN_IN_MAX_SECONDS
    return settings.SIGN_IN_IDLE_SECONDS, settings.SIGN_IN_MAX_SECONDS


def begin(session: Session) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())


def has_expired(session: Session, user: User) -> bool:
    """A log-in that began before there were limits counts from now. One kept alive writes its time now and then."""
    if SIGNED_IN_AT not in session or SEEN_AT not in session:
        begin(session)
    now = time.time()
    idle, longest = limits(user)
    since = now - session[SEEN_AT]
    if since > idle or now - session[SIGNED_IN_AT] > longest:
        return True
    # A clock that was set back leaves a time in the future, which would keep the log-in for as long.
    if since < 0 or since > min(MAX_SECONDS_BETWEEN_WRITES, idle / 10):
        session[SEEN_AT] = int(now)
        session[SIGNED_IN_AT] = min(session[SIGNED_IN_AT], int(now))
    return False


def passed_second_factor(session: Session, user: User) -> None:
    session[SECOND_FACTOR_OF] = user.pk


def needs_second_factor(session: Session, user: User) -> bool:
    """If this log-in of a staff member did not pass a second factor. Of whom, so that nobody inherits it."""
    if not settings.STAFF_SECOND_FACTOR or session.get(SECOND_FACTOR_OF) == user.pk:
        return False
    return is_staff_member(user)


def has_second_factor(user: User) -> bool:
    """Return True for an app or a passkey; recovery codes alone do not count."""
    return is_mfa_enabled(user, FACTORS)
