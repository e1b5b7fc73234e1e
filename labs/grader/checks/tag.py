"""`tag: {name: v1.0.0, annotated: true, on: main, matches: First release}` - a tag exists and is of the right type.

`annotated: false` requires a lightweight tag, `on` that it points to a commit in the history of that branch, `at` that
it points to exactly one commit, such as `main~1`. `matches` is searched for in its message, so `\\AFirst release\\Z`
requires exactly that message. `exists: false` requires that there is no such tag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.repository import Tag
from ..graphs.wanted import pointing_at
from ..parameters import RefName, Regex, Revision
from ..pattern_words import in_words
from ..words import quoted
from ._shared.base import Kind, Run, Verdict, at_tag, at_tip, needs_work, passed
from ._shared.fixes import delete_tag, move_tag
from ._shared.named_refs import commit_or_answer, missing_tag, tip_or_answer
from ._shared.proposed_texts import fitting
from ._shared.walk import cut_off


@dataclass(frozen=True)
class TagCheck(Kind):
    kind = "tag"
    about = "tags"

    name: RefName
    annotated: bool | None = None
    on: RefName | None = None
    matches: Regex | None = None
    at: Revision | None = None
    exists: bool = True

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.exists and (self.annotated, self.on, self.matches, self.at) != (None,) * 4:
            yield "exists", "`exists: false` can be combined only with `name`"
        if self.matches is not None and self.annotated is False:
            yield "matches", "cannot be combined with `annotated: false`: a lightweight tag has no message"

    def check(self, run: Run) -> Verdict:
        if (self.on or self.at) and (cut := cut_off(run)):
            return cut
        if self.name not in run.repository.tags:
            if not self.exists:
                return self._absent(run)
            return missing_tag(run, self.name, *self._sort(), place=self.at or self.on)
        tag = run.repository.tag(self.name)
        if not self.exists:
            return self._still_there(tag)
        if self.annotated not in (None, tag.annotated):
            return self._wrong_sort(tag)
        if self.matches is not None and not (tag.message and re.search(self.matches, tag.message)):
            return self._wrong_message(tag)
        return (
            self._where(run, tag)
            or self._which(run, tag)
            or passed(
                f"The {_sort(tag)} {quoted(self.name)} exists.",
                at_tag(tag),
                looked_at=LookedAt(1, "tag"),
            )
        )

    def _absent(self, run: Run) -> Verdict:
        # branches count too: a learner who deletes the only tag has none left
        refs = LookedAt(len(run.repository.branches) + len(run.repository.tags), "branch or tag")
        return passed(f"There is no tag {quoted(self.name)}.", looked_at=refs)

    def _wrong_sort(self, tag: Tag) -> Verdict:
        return needs_work(
            f"{quoted(self.name)} is {_with_article(tag)}.",
            expected="an annotated tag" if self.annotated else "a lightweight tag",
            found=_with_article(tag),
            fix=self._move(tag, tag.id),
            evidence=[at_tag(tag)],
        )

    def _wrong_message(self, tag: Tag) -> Verdict:
        return needs_work(
            f"The message of {quoted(self.name)} does not contain {in_words(self.matches or '')}."
            if tag.annotated
            else f"{quoted(self.name)} is {_with_article(tag)}, which has no message.",
            expected=f"a message that contains {in_words(self.matches or '')}",
            found=quoted(tag.message) if tag.message else "no message",
            fix=self._move(tag, tag.id),
            evidence=[at_tag(tag)],
        )

    def _where(self, run: Run, tag: Tag) -> Verdict | None:
        if self.on is None:
            return None
        branch = tip_or_answer(run, self.on)
        if isinstance(branch, Verdict):
            return branch
        if tag.kind == "commit" and tag.id in run.repository.history.ancestors(branch.commit.id):
            return None
        return needs_work(
            f"{quoted(self.name)} does not point to a commit on {quoted(self.on)}.",
            expected=f"a commit in the history of {quoted(self.on)}",
            found=f"{tag.kind} {tag.id[:7]}",
            fix=self._move(tag, branch.commit.id),
            evidence=[at_tag(tag)],
        )

    def _which(self, run: Run, tag: Tag) -> Verdict | None:
        wanted = commit_or_answer(run, self.at) if self.at else None
        if wanted is None or isinstance(wanted, Verdict):
            return wanted
        if tag.id == wanted.commit.id:
            return None
        return needs_work(
            f"{quoted(self.name)} does not point to {quoted(wanted.name)}.",
            expected=f"{wanted.commit.id[:7]} {quoted(wanted.commit.subject)}",
            found=f"{tag.kind} {tag.id[:7]}",
            fix=self._move(tag, wanted.commit.id),
            evidence=[at_tag(tag), at_tip(wanted)],
            wanted=pointing_at(self.name, wanted.commit),
        )

    def _still_there(self, tag: Tag) -> Verdict:
        return needs_work(
            f"The tag {quoted(self.name)} still exists.",
            expected=f"no tag called {quoted(self.name)}",
            found=f"{_with_article(tag)} that points to {tag.kind} {tag.id[:7]}",
            fix=delete_tag(tag),
            evidence=[at_tag(tag)],
        )

    def _move(self, tag: Tag, target: str) -> str:
        # a moved tag keeps its type and message if they are as required, else gets the required ones
        annotated = bool(self.matches) or (tag.annotated if self.annotated is None else self.annotated)
        good = self.matches is None or re.search(self.matches, tag.message or "")
        return move_tag(tag, target, annotated=annotated, message=(good and tag.message) or self._message)

    @property
    def _message(self) -> str:
        default = f"Release {self.name}"
        return (fitting(self.matches, default) if self.matches else "") or default

    def _sort(self) -> list[str]:
        return [] if self.annotated is False else ["-a", "-m", self._message]


def _sort(tag: Tag) -> str:
    return "annotated tag" if tag.annotated else "lightweight tag"


def _with_article(tag: Tag) -> str:
    return f"{'an' if tag.annotated else 'a'} {_sort(tag)}"
