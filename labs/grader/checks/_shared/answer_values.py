"""Values that a typed answer is compared with, such as `{id_of: main~2}` or `{sum_in: {path: a.txt, at: v1}}`.

To add one, copy a class, list it in `_ALL`, and run `python -m labs.grader.reference docs`. Its fields are its
parameters; `asks` is the question in words and `shows` the command that answers it, with the parameters in braces.
`right` returns the predicate for typed texts (see `typed`), or a verdict if this repository has no right answer.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from ...formats.data import (
    MAX_BYTES,
    Absent,
    BeyondLimitError,
    UnparsableError,
    find,
    format_of,
    read_data,
    steps,
)
from ...git.describe import nearest_tags
from ...git.repository import Tag, Tip, TooLargeError
from ...git.revision import for_git
from ...parameters import MAIN_COMMIT, Count, FilePath, Regex, Revision
from ...words import decoded, quoted, size
from .answer_matching import IsRight, same_date, same_description, same_id, same_names, same_number, same_text
from .base import Run, Verdict, not_run, where
from .contents import Text, as_text, file_or_answer, text_or_answer
from .named_refs import commit_or_answer
from .rule_files import deciding_rule, rule_files

_NUMBER = re.compile(r"(?<![\w.])-?\d{1,30}(?:\.\d{1,30})?(?![\w.]|\.\d)")


@dataclass(frozen=True)
class Asked(ABC):
    """A value of a repository that learners look up."""

    name: ClassVar[str]
    asks: ClassVar[str]
    shows: ClassVar[str]

    @property
    def question(self) -> str:
        return self.asks.format(**{key: quoted(str(value)) for key, value in vars(self).items()})

    @property
    def command(self) -> str:
        return self.shows.format(**{key: for_git(str(value)) for key, value in vars(self).items()})

    def problems(self) -> Iterator[str]:
        yield from ()

    @abstractmethod
    def right(self, run: Run) -> IsRight | Verdict: ...


@dataclass(frozen=True)
class OfCommit(Asked):
    at: Revision

    def right(self, run: Run) -> IsRight | Verdict:
        tip = commit_or_answer(run, self.at)
        return tip if isinstance(tip, Verdict) else self.of_commit(run, tip)

    @abstractmethod
    def of_commit(self, run: Run, tip: Tip) -> IsRight: ...


class IdOf(OfCommit):
    name, asks, shows = "id_of", "the ID of {at}, at least seven digits", "git rev-parse --short {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_id(tip.commit.id)


class SubjectOf(OfCommit):
    name, asks, shows = "subject_of", "the subject of {at}", "git log -1 --format=%s {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_text(tip.commit.subject)


class AuthorOf(OfCommit):
    name, asks, shows = "author_of", "the author of {at}", "git log -1 --format='%an <%ae>' {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        who = tip.commit.author
        return same_text(who.name, who.email, f"{who.name} <{who.email}>")


class DateOf(OfCommit):
    name, asks, shows = "date_of", "the author date of {at}", "git log -1 --format=%ad --date=iso {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_date(tip.commit.author.date)


class FilesOf(OfCommit):
    name, asks = "files_of", "the files changed by {at}"
    shows = "git show --first-parent --no-renames --name-only --format= {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_names(map(decoded, run.repository.change_of(tip.commit)))


class CountOf(OfCommit):
    name, asks, shows = "count_of", "the number of commits on {at}", "git rev-list --count {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_number(Decimal(len(run.repository.history.ancestors(tip.commit.id))))


class TagsOn(OfCommit):
    name, asks, shows = "tags_on", "the tags that point to {at}", "git tag --points-at {at}"

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        return same_names(tag for tag in run.repository.tags if run.repository.tag(tag).id == tip.commit.id)


class DescribeOf(OfCommit):
    name, asks, shows = (
        "describe_of",
        "the output of `git describe` for {at}",
        "git describe --tags {at} || echo none",
    )

    def of_commit(self, run: Run, tip: Tip) -> IsRight:
        tags = [run.repository.tag(name) for name in run.repository.tags]
        # with and without `--tags`
        ways = [self._described(run, tip, kept) for kept in (tags, [tag for tag in tags if tag.annotated])]
        return lambda typed: any(way(typed) for way in ways)

    def _described(self, run: Run, tip: Tip, tags: list[Tag]) -> IsRight:
        distance, commits = nearest_tags(run.repository.history, tip.commit.id, {tag.id for tag in tags})
        names = [tag.ref.removeprefix("refs/tags/") for tag in tags if tag.id in commits]
        return same_description(names, distance, tip.commit.id)


class Branches(Asked):
    name, asks, shows = "branches", "the names of all branches", "git branch --all"

    def right(self, run: Run) -> IsRight:
        return same_names(run.repository.branches)


class Tags(Asked):
    name, asks, shows = "tags", "the names of all tags", "git tag"

    def right(self, run: Run) -> IsRight:
        return same_names(run.repository.tags)


@dataclass(frozen=True)
class OfTwo(Asked):
    from_: Revision
    at: Revision = MAIN_COMMIT

    def right(self, run: Run) -> IsRight | Verdict:
        one, other = commit_or_answer(run, self.from_), commit_or_answer(run, self.at)
        if isinstance(one, Verdict):
            return one
        return other if isinstance(other, Verdict) else self.of_two(run, one, other)

    @abstractmethod
    def of_two(self, run: Run, one: Tip, other: Tip) -> IsRight: ...


class CountBetween(OfTwo):
    name, asks = "count_between", "the number of commits on {at} but not on {from_}"
    shows = "git rev-list --count {from_}..{at}"

    def of_two(self, run: Run, one: Tip, other: Tip) -> IsRight:
        ancestors = run.repository.history.ancestors
        return same_number(Decimal(len(ancestors(other.commit.id) - ancestors(one.commit.id))))


class FilesBetween(OfTwo):
    name, asks = "files_between", "the files that differ between {from_} and {at}"
    shows = "git diff --no-renames --name-only {from_} {at}"

    def of_two(self, run: Run, one: Tip, other: Tip) -> IsRight:
        return same_names(map(decoded, run.repository.changes(one.commit, other.commit)))


class MergeBaseOf(OfTwo):
    name, asks = "merge_base_of", "the ID of the merge base of {from_} and {at}"
    shows = "git merge-base {from_} {at}"

    def of_two(self, run: Run, one: Tip, other: Tip) -> IsRight:
        return same_id(*run.repository.history.merge_bases(one.commit.id, other.commit.id))


@dataclass(frozen=True)
class OfPath(Asked):
    path: FilePath
    at: Revision = MAIN_COMMIT

    def right(self, run: Run) -> IsRight | Verdict:
        tip = commit_or_answer(run, self.at)
        return tip if isinstance(tip, Verdict) else self.of_path(run, tip)

    @abstractmethod
    def of_path(self, run: Run, tip: Tip) -> IsRight | Verdict: ...


class ObjectOf(OfPath):
    name, asks = "object_of", "the object ID of {path} at {at}, at least seven digits"
    shows = "git rev-parse --short {at}:{path}"

    def of_path(self, run: Run, tip: Tip) -> IsRight | Verdict:
        entry = run.repository.entry(tip.commit, self.path.removesuffix("/").encode())
        return (
            same_id(entry.id) if entry else not_run(f"Not run: there is no {quoted(self.path)} {where(tip)}.")
        )


class IgnoreRuleOf(OfPath):
    name, asks = "ignore_rule_of", "the pattern that ignores {path} at {at}"
    shows = "git check-ignore --no-index --verbose {path}"

    def of_path(self, run: Run, tip: Tip) -> IsRight:
        rule = deciding_rule(rule_files(run, run.repository.files(tip), self.path, ".gitignore"), self.path)
        return same_text(rule.pattern if rule else "none")


class OfFile(OfPath):
    def of_path(self, run: Run, tip: Tip) -> IsRight | Verdict:
        file = text_or_answer(run, file_or_answer(run, self.path, self.at))
        return file if isinstance(file, Verdict) else self.of_file(run, file)

    @abstractmethod
    def of_file(self, run: Run, file: Text) -> IsRight | Verdict: ...


class SumIn(OfFile):
    name, asks, shows = "sum_in", "the sum of the numbers in {path} at {at}", "git show {at}:{path}"

    def of_file(self, run: Run, file: Text) -> IsRight:
        return same_number(sum(map(Decimal, _NUMBER.findall(file.text)), Decimal(0)))


@dataclass(frozen=True)
class ValueIn(OfFile):
    """One of `line` (a number), `matches` (the first group of a regex, or the whole match) and `value` (a place)."""

    name, asks, shows = "value_in", "a value in {path} at {at}", "git show {at}:{path}"
    line: Count | None = None
    matches: Regex | None = None
    value: str | None = None

    def problems(self) -> Iterator[str]:
        if sum(one is not None for one in (self.line, self.matches, self.value)) != 1:
            yield "needs one of `line`, `matches` and `value`"
        if self.value is not None and not (steps(self.value) and format_of(self.path)):
            yield "`value` must be a place such as `a.b[0]` in a YAML, JSON, TOML or INI file"

    def of_file(self, run: Run, file: Text) -> IsRight | Verdict:
        if self.value is not None and len(file.text) > MAX_BYTES:
            return not_run(f"Not run: {file} is over {size(MAX_BYTES)}. Such files are not read.")
        found = self._found(file)
        if found is None:
            return not_run(f"Not run: {file} does not have the value to compare with.")
        return found if callable(found) else same_text(found)

    def _found(self, file: Text) -> IsRight | str | None:
        if self.line is not None:
            return file.lines[self.line - 1] if 0 < self.line <= len(file.lines) else None
        if self.matches is not None:
            match = re.search(self.matches, file.text, re.MULTILINE)
            return match and (match[1] if match.re.groups else match[0])
        return self._placed(file)

    def _placed(self, file: Text) -> IsRight | str | None:
        try:
            found = find(
                read_data(file.text, format_of(self.path) or "yaml"),
                steps(self.value or "") or (),
            )
        except BeyondLimitError as error:
            raise TooLargeError(f"cannot read {file}, because {error}") from None
        except UnparsableError:
            return None
        if isinstance(found, Absent) or isinstance(found.data, list | dict):
            return None
        is_number = isinstance(found.data, int | Decimal) and not isinstance(found.data, bool)
        return same_number(Decimal(str(found.data))) if is_number else str(found.data)


@dataclass(frozen=True)
class LinesOnlyIn(OfFile):
    name, asks = "lines_only_in", "the lines of {path} at {at} that are not at {from_}"
    shows = "git diff {from_} {at} -- {path}"
    from_: Revision = MAIN_COMMIT

    def of_file(self, run: Run, file: Text) -> IsRight | Verdict:
        other = text_or_answer(run, file_or_answer(run, self.path, self.from_))
        return other if isinstance(other, Verdict) else same_names(set(file.lines) - set(other.lines))


@dataclass(frozen=True)
class FirstMatch(Asked):
    """The oldest match among first parents, as `git bisect` finds it."""

    name, asks = (
        "first_match",
        "the ID of the first commit on {on} where {path} contains the text in question, at least seven digits",
    )
    shows = "git log --oneline --reverse --patch {on} -- {path}"
    path: FilePath
    matches: Regex
    on: Revision = MAIN_COMMIT

    def right(self, run: Run) -> IsRight | Verdict:
        tip = commit_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        seen: dict[str, bool] = {}
        for commit_id in reversed(list(run.repository.history.first_parents(tip.commit.id))):
            entry = run.repository.entry(run.repository.history[commit_id], self.path.encode())
            if entry and entry.is_file:
                if entry.id not in seen:
                    seen[entry.id] = self._has(run, entry.id)
                if seen[entry.id]:
                    return same_id(commit_id)
        return not_run(
            f"Not run: {quoted(self.path)} does not contain the text in question in any commit on {quoted(self.on)}."
        )

    def _has(self, run: Run, blob_id: str) -> bool:
        content = run.repository.content(blob_id)
        if content is None:
            raise TooLargeError(
                f"{quoted(self.path)} is over 1 MB in one of the commits. Such files are not read"
            )
        return bool(re.search(self.matches, as_text(content), re.MULTILINE))


_ALL: tuple[type[Asked], ...] = (
    IdOf,
    SubjectOf,
    AuthorOf,
    DateOf,
    FilesOf,
    CountOf,
    TagsOn,
    DescribeOf,
    Branches,
    Tags,
    CountBetween,
    FilesBetween,
    MergeBaseOf,
    SumIn,
    ValueIn,
    LinesOnlyIn,
    ObjectOf,
    IgnoreRuleOf,
    FirstMatch,
)
VALUES = {asked.name: asked for asked in _ALL}
