"""Prepare the table of commits by author, for a submission by a team."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.cache import cache

from labs.grader.git.processes import RepositoryError
from labs.grader.words import visible
from labs.models import Submission
from labs.pages.files import find_copy
from labs.repositories import browsing
from labs.repositories.authorship import Author, Authorship, read_authorship
from labs.team_queries import people_of
from lessons.models import Enrollment
from lessons.pages.context import Context
from lessons.pseudonyms import name_in
from portal.accounts.models import User

SECONDS_KEPT = 3_600
MAX_ROWS = 30
NOREPLY = re.compile(r"(?:[0-9]+\+)?([a-z0-9-]{1,39})@users\.noreply\.github\.com", re.IGNORECASE)


@dataclass
class Row:
    """Commits under the names of one member, or of an author who is not known."""

    name: str
    is_known: bool
    commits: int = 0
    shared: int = 0
    files: set[str] = field(default_factory=set)

    def add(self, author: Author) -> None:
        self.commits += author.commits
        self.shared += author.shared
        self.files |= author.files


def authorship_context(submission: Submission, user: User, *, staff: bool) -> Context:
    """Return the rows of a team's submission; empty for other submissions, and until grading has ended."""
    if submission.team_id is None or not submission.head or not submission.has_ended:
        return {}
    found = _read(submission)
    if found is None:
        return {"authorship_missing": True}
    members = people_of(submission)
    is_blind = staff and submission.lab.course.marks_blindly
    rows = _rows(found.authors, members, submission, is_blind=is_blind)
    return {"authorship": rows[:MAX_ROWS], "authorship_is_cut": found.is_cut or len(rows) > MAX_ROWS}


def _read(submission: Submission) -> Authorship | None:
    key = f"authorship:{submission.pk}:{submission.head}"
    found: Authorship | None = cache.get(key)
    if found is None:
        found = _read_copy(submission)
        cache.set(key, found, SECONDS_KEPT)
    return found


def _read_copy(submission: Submission) -> Authorship | None:
    try:
        copy = find_copy(submission)
        if copy is None:
            return None
        repository, path = copy
        starter = repository.starter.starter.get("refs", {}) if repository.starter else {}
        with browsing.open_state(path, submission.head) as state:
            return read_authorship(state, starter.values())
    except RepositoryError:
        return None


def _rows(
    authors: Iterable[Author], members: list[Enrollment], submission: Submission, *, is_blind: bool
) -> list[Row]:
    course = submission.lab.course
    own = {
        each.pk: Row(name_in(each, course) if is_blind else each.user.get_full_name(), True)
        for each in members
    }
    unknown: list[Row] = []
    for author in authors:
        member = next((each for each in members if is_of(author, each.user)), None)
        if member is None:
            unknown.append(Row("" if is_blind else visible(author.name)[:100], False))
        (own[member.pk] if member else unknown[-1]).add(author)
    return [*own.values(), *unknown]


def is_of(author: Author, user: User) -> bool:
    """Return True if the address is that of the person, or of their account on GitHub."""
    email = author.email.lower()
    if email == user.email.lower():
        return True
    found = NOREPLY.fullmatch(email)
    return bool(found and user.github_name and found[1].lower() == user.github_name.lower())
