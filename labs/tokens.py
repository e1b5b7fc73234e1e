"""Access tokens, with which git and other programs sign in. Only their digests are stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from labs.grader.words import count
from labs.models import AccessToken
from portal.accounts.audit import Event, record
from portal.accounts.models import User

MAX_TOKENS = 50
MAX_REMOVED = 10_000  # rows at once; the rest waits for the next turn
LAST_USE_KEPT_TO = timedelta(hours=1)


class TokenRefusedError(Exception):
    """The token is not accepted; the message tells the learner why."""


class NoNewTokenError(Exception):
    """This user gets no token; the message says what to do."""


def new_token(*, user: User, name: str = "Access token") -> str:
    """Return a new token for the practice remote. It cannot be read later; only its digest is kept.

    Raises NoNewTokenError.
    """
    if not user.has_confirmed_email:
        raise NoNewTokenError("Confirm your email first. Access tokens need an email address that is yours.")
    if tokens_of(user).count() >= MAX_TOKENS:
        raise NoNewTokenError(f"You have {MAX_TOKENS} access tokens. Revoke one you no longer use.")
    token = secrets.token_urlsafe(32)
    made = AccessToken.objects.create(user=user, name=name[:60], digest=token_digest(token))
    record(Event.TOKEN, f"created {made.name!r}, number {made.pk}", user=user)
    return token


def use_token(*, token: str) -> User:
    """Return the token's user and note the hour of its use. Raises TokenRefusedError."""
    found = find_token(token)
    if found is None:
        raise TokenRefusedError("The access token is missing or incorrect.")
    if not found.user.is_active:
        revoke_token(token=found, why="the account was closed")
        raise TokenRefusedError("This account is closed. Ask the course staff to reopen it.")
    if not found.is_live:
        raise TokenRefusedError(token_end(found))
    now = timezone.now()
    if found.last_used_at is None or now - found.last_used_at > LAST_USE_KEPT_TO:
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user


def token_end(token: AccessToken) -> str:
    if token.revoked_at:
        why = f" because {token.revoked_because}" if token.revoked_because else ""
        return f"The access token {token.name} was revoked on {token.revoked_at:%-d %B %Y}{why}."
    return f"The access token {token.name} expired on {token.expires_at:%-d %B %Y}."


def revoke_token(*, token: AccessToken, why: str = "") -> None:
    live = AccessToken.objects.filter(pk=token.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now(), revoked_because=why):
        record(Event.TOKEN, f"revoked {token.name!r}, number {token.pk}{f': {why}' if why else ''}")


def end_tokens(user: User, why: str) -> None:
    live = AccessToken.objects.filter(user=user, revoked_at=None)
    if ended := live.update(revoked_at=timezone.now(), revoked_because=why):
        record(Event.TOKEN, f"{count(ended, 'token')} of {user.email} revoked: {why}")


def token_digest(token: str) -> str:
    # a token has 256 bits of its own, so one round of a fast hash is enough
    return hashlib.sha256(token.encode()).hexdigest()


def find_token(token: str) -> AccessToken | None:
    # also one that has ended
    return AccessToken.objects.select_related("user").filter(digest=token_digest(token)).first()


def tokens_of(user: User) -> QuerySet[AccessToken]:
    return AccessToken.objects.live().filter(user=user).order_by("-pk")


def remove_ended(oldest: datetime) -> None:
    """Delete the oldest tokens that expired or were revoked before `oldest`."""
    ended = AccessToken.objects.filter(Q(revoked_at__lt=oldest) | Q(expires_at__lt=oldest)).order_by("pk")
    AccessToken.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:MAX_REMOVED])).delete()
