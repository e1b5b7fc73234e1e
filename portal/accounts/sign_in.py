"""Time limits and second factor of a sign-in, both stored in the server-side session."""

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
    """True if `user` may open staff pages, or teaches a course and so sees more than learners do."""
    if user.is_staff or user.is_superuser:
        return True
    is_course_staff = getattr(user, "is_course_staff", None)  # from lessons.backends
    return bool(user.teaches.exists() if is_course_staff is None else is_course_staff)


def limits(user: User) -> tuple[float, float]:
    """Return the maximum idle time and the maximum total time of a sign-in, in seconds."""
    if is_staff_member(user):
        return settings.STAFF_SIGN_IN_IDLE_SECONDS, settings.STAFF_SIGN_IN_MAX_SECONDS
    return settings.SIGN_IN_IDLE_SECONDS, settings.SIGN_IN_MAX_SECONDS


def begin(session: Session) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())


def has_expired(session: Session, user: User) -> bool:
    # A sign-in from before the limits existed counts from now. The time of the last request is saved only every
    # few minutes.
    if SIGNED_IN_AT not in session or SEEN_AT not in session:
        begin(session)
    now = time.time()
    idle, longest = limits(user)
    since = now - session[SEEN_AT]
    if since > idle or now - session[SIGNED_IN_AT] > longest:
        return True
    # If the clock was set back, a stored time in the future would extend the sign-in.
    if since < 0 or since > min(MAX_SECONDS_BETWEEN_WRITES, idle / 10):
        session[SEEN_AT] = int(now)
        session[SIGNED_IN_AT] = min(session[SIGNED_IN_AT], int(now))
    return False


def record_second_factor(session: Session, user: User) -> None:
    session[SECOND_FACTOR_OF] = user.pk


def needs_second_factor(session: Session, user: User) -> bool:
    # The session stores whose second factor passed, so that nobody else inherits it.
    if not settings.STAFF_SECOND_FACTOR or session.get(SECOND_FACTOR_OF) == user.pk:
        return False
    return is_staff_member(user)


def has_second_factor(user: User) -> bool:
    # Recovery codes alone do not count.
    return bool(is_mfa_enabled(user, FACTORS))
