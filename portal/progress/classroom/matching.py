"""Find the learner of a cohort that a file names: by GitHub's ID, then by the name on GitHub, then by email.

The name is that of a linked account. Anybody could type the name of somebody else, and take their marks.
"""

from collections import defaultdict
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount

from labs.classroom.model import Person
from lessons.models import Cohort, Enrollment
from portal.accounts.github import PROVIDER

TWO = "Two learners of the cohort have the same GitHub name or email"
NOBODY = "Nobody in the cohort has this GitHub account or email"


@dataclass(frozen=True)
class Match:
    """The enrollment of a person, or the reason why there is none."""

    enrollment: Enrollment | None
    why: str = ""


class Matcher:
    """The learners of a cohort by their accounts on GitHub and their emails. Reads them once, in two queries."""

    def __init__(self, cohort: Cohort) -> None:
        self._by: dict[tuple[str, str], set[int]] = defaultdict(set)
        rows = Enrollment.objects.active().filter(cohort=cohort).select_related("user")
        self._rows = {row.pk: row for row in rows}
        own = {row.user_id: row.pk for row in self._rows.values()}
        for row in self._rows.values():
            self._add("email", row.user.email, row.pk)
        linked = SocialAccount.objects.filter(provider=PROVIDER, user__in=own.keys())
        for user, uid, data in linked.values_list("user", "uid", "extra_data"):
            self._add("id", uid, own[user])
            self._add("name", str(data.get("login", "")), own[user])

    def _add(self, kind: str, value: str, key: int) -> None:
        if value:
            self._by[kind, value.casefold()].add(key)

    def find(self, person: Person) -> Match:
        wanted = (
            ("id", person.github_id),
            ("name", person.github_name),
            ("email", person.email),
        )
        for kind, value in wanted:
            found = self._by.get((kind, value.casefold()), set()) if value else set()
            if len(found) == 1:
                return Match(self._rows[next(iter(found))])
            if found:
                return Match(None, TWO)
        return Match(None, NOBODY)
