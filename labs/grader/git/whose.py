"""Decide whose commit it is: compare its author with the learner's known names and addresses. Claims, not proof."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..words import count, listed, quoted
from .history import Commit, Person

MAX_NAMED = 3
# GitHub's noreply addresses, with or without the account's number.
_PRIVATE = re.compile(r"(?:\d+\+)?([^+@]+)@users\.noreply\.github\.com")
_CO_AUTHOR = re.compile(
    r"^Co-authored-by:\s*([^<\n]{0,200}?)\s*<([^<>\n]{1,200})>\s*$", re.IGNORECASE | re.MULTILINE
)
_YOURS = re.compile(
    r"\byours\b|\byour (?:own )?(?:\w+ )?commits?\b|\bcommits? (?:that )?you\b"
    r"|\byou (?:made|wrote|committed|authored)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Learner:
    """The learner of a submission: names (also on GitHub) and email addresses in their commits, preferred first."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " or ".join(map(quoted, (*self.names[:1], *self.emails[:1])))

    @property
    def is_known(self) -> bool:
        return bool(self.names or self.emails)

    def is_person(self, person: Person) -> bool:
        email = _address(person.email)
        private = _PRIVATE.fullmatch(email)
        names = {_letters(name) for name in self.names} - {""}
        said = {_letters(person.name), _letters(private[1]) if private else ""}
        return email in map(_address, self.emails) or not names.isdisjoint(said)


@dataclass
class Authors:
    """Decide which commits are a learner's. Answers are cached: few people make many commits."""

    learner: Learner
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def is_own(self, commit: Commit) -> bool:
        # written or co-written
        return any(map(self.is_person, writers(commit)))

    def is_person(self, person: Person) -> bool:
        who = person.name, person.email
        if who not in self._known:
            self._known[who] = self.learner.is_person(person)
        return self._known[who]


def writers(commit: Commit) -> list[Person]:
    """Return the author and the co-authors named in the message's trailers."""
    return [commit.author, *(Person(name, email) for name, email in _CO_AUTHOR.findall(commit.message))]


def asks_author(says: str) -> bool:
    # only a sentence about commits by the learner needs their authors
    return _YOURS.search(says) is not None


def other_authors(commits: Iterable[Commit], authors: Authors) -> dict[str, int]:
    """Return how many of the commits each other person wrote, the most first."""
    found: dict[str, int] = {}
    for commit in commits:
        if not authors.is_own(commit):
            name = f"{commit.author.name} <{commit.author.email}>"
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def different_people(people: Iterable[Person]) -> list[Person]:
    """Return each person once: names and addresses that occur together belong to one."""
    groups: list[tuple[Person, set[str]]] = []
    for person in dict.fromkeys(Person(each.name, each.email) for each in people):
        marks = {_letters(person.name), _address(person.email)} - {"", "@"}
        same = [group for group in groups if group[1] & marks]
        groups = [group for group in groups if group not in same]
        first = same[0][0] if same else person
        groups.append((first, marks.union(*(group[1] for group in same))))
    return [person for person, _ in groups]


def named(others: dict[str, int]) -> str:
    return listed(
        [f"{quoted(name)} ({count(number, 'commit')})" for name, number in others.items()], limit=MAX_NAMED
    )


def _address(email: str) -> str:
    # case, a plus tag and Gmail's dots do not change whom an address reaches
    local, at, host = email.strip().casefold().rpartition("@")
    if host == "users.noreply.github.com":
        return local + at + host
    local = local.split("+", 1)[0]
    return f"{local.replace('.', '') if host in ('gmail.com', 'googlemail.com') else local}@{host}"


def _letters(name: str) -> str:
    # words in any order: `Nia Newcomer`, `newcomer, nia`
    return " ".join(sorted(re.findall(r"[\w'-]+", name.casefold())))
