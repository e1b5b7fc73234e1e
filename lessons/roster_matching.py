"""Find the accounts that rows of rosters name, only by verified facts: a confirmed email or a linked account."""

from collections.abc import Iterable
from typing import Protocol

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from lessons.models import Enrollment, RosterEntry
from portal.accounts.models import User

BATCH = 500


class Named(Protocol):
    """A row of a roster: one that was read, or one that was stored."""

    @property
    def email(self) -> str: ...
    @property
    def github_name(self) -> str: ...
    @property
    def github_id(self) -> int | None: ...


class People:
    """The accounts that rows may name: by GitHub ID first, then by GitHub username, then by confirmed email."""

    def __init__(self, rows: Iterable[Named]) -> None:
        rows = list(rows)
        linked = SocialAccount.objects.filter(provider="github").select_related("user")
        ids = [str(row.github_id) for row in rows if row.github_id]
        self.by_id = {each.uid: each.user for batch in _batches(ids) for each in linked.filter(uid__in=batch)}
        names = {row.github_name.casefold() for row in rows if row.github_name}
        # The name of a linked account is verified; one that somebody typed under Settings is not.
        every = linked.filter(user__is_active=True) if names else linked.none()
        self.by_name = {
            name: each.user
            for each in every.iterator()
            if (name := str(each.extra_data.get("login", "")).casefold()) in names
        }
        emails = [row.email for row in rows if row.email]
        self.by_email = {user.email.lower(): user for batch in _batches(emails) for user in _owners(batch)}

    def find(self, row: Named) -> User | None:
        found = self.by_id.get(str(row.github_id)) if row.github_id else None
        if found is None and row.github_name:
            found = self.by_name.get(row.github_name.casefold())
        found = found or self.by_email.get(row.email)
        return found if found and found.is_active else None


def _batches(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def _owners(emails: list[str]) -> list[User]:
    # An account without a confirmed email may belong to anybody.
    users = list(User.objects.filter(email__in=emails, is_active=True))
    unconfirmed = EmailAddress.objects.filter(user__in=users, verified=False, primary=True)
    strangers = set(unconfirmed.values_list("user", flat=True))
    return [user for user in users if user.pk not in strangers]


def fulfil_roster(enrollment: Enrollment) -> None:
    """Give the rows of the roster that name this learner their enrollment."""
    user = enrollment.user
    known = Q(email__iexact=user.email) if _owners([user.email]) else Q(pk=None)
    for linked in SocialAccount.objects.filter(user=user, provider="github"):
        known |= Q(github_id=int(linked.uid))
        if login := str(linked.extra_data.get("login", "")):
            known |= Q(github_id=None, github_name__iexact=login)
    waiting = RosterEntry.objects.filter(known, cohort=enrollment.cohort_id, enrollment=None)
    waiting.update(enrollment=enrollment, state=RosterEntry.State.DONE, problem="")


def fulfil_rosters_of(user: User) -> None:
    """Match again once somebody confirmed an email or linked an account."""
    for enrollment in Enrollment.objects.active().filter(user=user).select_related("user"):
        fulfil_roster(enrollment)
