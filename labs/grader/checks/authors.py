"""`authors: {on: main, at_least: 3, by: author}` - commits have the learner's name or email address.

Without `at_least`, every commit must, except starter commits and merges made on GitHub. `by: committer`
compares the committer instead of the author. Names in commits come from Git's configuration and prove nothing. With
`people_at_least: 2`, the commits must instead be by at least that many different people. Two authors
with the same name or the same address count as one person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from ..findings import LookedAt
from ..git.history import Commit, Person
from ..git.repository import Tip
from ..git.whose import Authors, Learner, different_people, named, other_authors, writers
from ..parameters import MAIN, Count, RefName
from ..words import count, listed, quoted
from ._shared.base import Kind, Run, UnknownAuthorError, Verdict, needs_work, not_known, not_run, passed
from ._shared.fixes import rewrite_branch
from ._shared.named_refs import tip_or_answer
from ._shared.rewriting import allow_empty
from ._shared.shell import Line, commands, paragraphs
from .commits import MAX_SHOWN, add_commits, commit_evidence

MAX_SIGNED = 200
HOST = "noreply@github.com"  # the committer of commits that GitHub creates
CLAIM = "A name in a commit does not prove who made it."


@dataclass(frozen=True)
class AuthorsCheck(Kind):
    kind = "authors"
    about = "commits"

    on: RefName = MAIN
    at_least: Count | None = None
    by: Literal["author", "committer"] = "author"
    people_at_least: Count | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at_least == 0:
            yield "at_least", "must be at least 1"
        if self.people_at_least is not None and (self.people_at_least < 2 or self.at_least is not None):
            yield "people_at_least", "must be at least 2, and cannot be combined with `at_least`"

    def check(self, run: Run) -> Verdict:
        if self.people_at_least is not None:
            return self._people(run, self.people_at_least)
        learner = run.learner
        if learner is None or not (learner.names or learner.emails):
            return not_run(
                "Not run: no learner name or email was given. With labcheck, add `--name` or `--email`."
            )
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        judged = [
            commit
            for commit in replace(run, asks_author=False).own_commits(tip)
            if not (commit.is_merge and commit.committer.email == HOST)
        ]
        authors = Authors(learner)
        others = [commit for commit in judged if not self._is_own(authors, commit)]
        own = len(judged) - len(others)
        if own >= (self.at_least or 1) and (self.at_least or not others):
            return passed(
                f"{_own_of_all(own, judged, tip)} {CLAIM}",
                looked_at=LookedAt(
                    len(judged), "commit of yours", f"on {quoted(tip.name)}", plural="commits of yours"
                ),
            )
        return self._needs_work(run, tip, learner, judged, others)

    def _people(self, run: Run, least: int) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        judged = replace(run, asks_author=False).own_commits(tip)
        wrote = (writers(commit) if self.by == "author" else [self._person(commit)] for commit in judged)
        people = different_people(chain.from_iterable(wrote))
        of = LookedAt(len(judged), "commit", f"on {quoted(tip.name)}")
        found = listed([quoted(_shown(person)) for person in people], limit=MAX_SHOWN)
        if len(people) >= least:
            return passed(f"{self._wrote(len(people), of)}: {found}. {CLAIM}", looked_at=of)
        return needs_work(
            f"{self._wrote(len(people), of)}. {CLAIM}",
            expected=f"commits by at least {count(least, 'person', 'people')}",
            found=found or f"no {self.by}",
            fix="Have the others on your team commit and push from their own clones, with `git config user.email` set "
            "to their own email. If two people wrote a commit, name the second on the last line of its message: "
            "`Co-authored-by: NAME <EMAIL>`.",
            evidence=[commit_evidence(tip, one) for one in judged[-MAX_SHOWN:]],
        )

    def _wrote(self, people: int, of: LookedAt) -> str:
        if self.by == "author":
            return f"{count(people, 'person', 'people')} wrote {of}"
        verb = "names" if of.number == 1 else "name"
        return f"{of} {verb} {count(people, 'committer' if people == 1 else 'different committer')}"

    def _needs_work(
        self, run: Run, tip: Tip, learner: Learner, judged: list[Commit], others: list[Commit]
    ) -> Verdict:
        own = len(judged) - len(others)
        cause = (
            " Usually `user.name` or `user.email` was set to a different value, or the commits were copied."
            if others
            else ""
        )
        found = [f"{other.id[:7]} by {quoted(_shown(self._person(other)))}" for other in reversed(others)]
        return needs_work(
            f"{_own_of_all(own, judged, tip)}{cause} {CLAIM}",
            expected=f"{count(self.at_least, 'commit') if self.at_least else 'every commit'} with the {self.by} "
            + str(learner),
            found=listed(found, limit=MAX_SHOWN) or count(own, "commit"),
            fix=_commit_under(run, tip, learner, self.at_least - own)
            if self.at_least
            else _sign_again(run, tip, learner, others)
            if others
            else add_commits(run, tip),
            evidence=[commit_evidence(tip, other) for other in others[-MAX_SHOWN:]],
        )

    def _is_own(self, authors: Authors, commit: Commit) -> bool:
        return authors.is_person(self._person(commit)) or (self.by == "author" and authors.is_own(commit))

    def _person(self, commit: Commit) -> Person:
        by_host = commit.committer.email == HOST
        return commit.committer if self.by == "committer" and not by_host else commit.author


def _shown(person: Person) -> str:
    return f"{person.name} <{person.email}>"


def _own_of_all(own: int, judged: list[Commit], tip: Tip) -> str:
    of = f"{count(len(judged), 'commit')} on {quoted(tip.name)}"
    if not own:
        return f"{of} checked: none has your name or email address."
    return f"{own:,} of {of} {'has' if own == 1 else 'have'} your name or email address."


def unknown_author(run: Run, error: UnknownAuthorError) -> Verdict:
    """Return the verdict if the lab requires the learner's commits and no commit names the learner."""
    tip, learner = error.tip, error.learner
    others = other_authors(error.commits, Authors(learner))
    number = count(len(error.commits), "commit")
    theirs = "the author is" if len(others) == 1 else "the authors are"
    is_one = len(error.commits) == 1
    edit = (
        f"If {'it is' if is_one else 'they are'} yours, change your account to use the name in the "
        f"{'commit' if is_one else 'commits'}. Or set Git's user name and email to those of your account here and "
        "reset the author:"
    )
    verdict = not_known(
        f"whether {number} on {quoted(tip.name)} {'is' if is_one else 'are'} yours: {theirs} "
        f"{named(others)}, and your account has {learner}",
        fix=paragraphs(edit, _sign_again(run, tip, learner, error.commits)),
    )
    return replace(verdict, evidence=tuple(commit_evidence(tip, one) for one in error.commits[-MAX_SHOWN:]))


def _commit_under(run: Run, tip: Tip, learner: Learner, missing: int) -> str:
    # new commits, since those of others stay theirs
    return paragraphs(commands(*_settings(learner)), add_commits(run, tip, missing))


def _sign_again(run: Run, tip: Tip, learner: Learner, others: list[Commit]) -> str:
    # for commits by the learner that were made with a different configuration
    history, before = run.repository.history, next(iter(others[0].parents), None)
    signed = history.in_order(history.ancestors(tip.commit.id) - history.ancestors(before))
    empty = allow_empty(run, signed[-MAX_SIGNED:])
    amend: Line = ["git", "commit", "--amend", *empty, "--no-edit", "--reset-author"]
    if [other.id for other in others] != [tip.commit.id]:
        start = others[0].parents[0] if others[0].parents else "--root"
        amend = ["git", "rebase", "--rebase-merges", "--exec", commands(amend), start]
    return rewrite_branch(run, tip, *_settings(learner), amend, oldest=others[0].id)


def _settings(learner: Learner) -> list[Line]:
    told = (("user.name", learner.names), ("user.email", learner.emails))
    return [["git", "config", key, values[0]] for key, values in told if values]
