"""The steps of a scenario, by the word that names each.

To add one, copy a class, list it in `_ALL`, and run `python -m labs.grader.reference docs`.

Commits are named as in `revision`: `main`, `v1.0~2`, `main^2`, `main^{/Fix}`; HEAD is the current branch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..git.history import Commit
from ..git.trees import Entry
from ..parameters import Content, Count, RefName, Revision
from ..words import quoted
from .changes import CommitStep, Step
from .github import GitHub
from .merging import merge_files
from .objects import Files, StepError
from .world import World

Patch = tuple[frozenset[tuple[str, Entry]], frozenset[tuple[str, Entry]]]
_NO_PATCH: Patch = (frozenset(), frozenset())


@dataclass(frozen=True, kw_only=True)
class CommitFiles(CommitStep):
    """`commit: Message` - commits to the current branch. `starter: true` marks the commit that learners start from."""

    commit: Content
    starter: bool = False

    def do(self, world: World) -> None:
        tip = next(iter(world.parents), None)
        files = self.changed(world, world.files(tip))
        made = world.add_commit(files, world.parents, self.commit, **self.people(world), signed=self.signed)
        world.move_head(made)
        if self.starter:
            world.start_from(made)


@dataclass(frozen=True, kw_only=True)
class Amend(CommitStep):
    """`amend: New message` - amends the latest commit; an empty `amend:` keeps its message."""

    amend: Content | None

    def do(self, world: World) -> None:
        old = world.head
        files = self.changed(world, world.files(old.id))
        message = old.message if self.amend is None else self.amend
        people = self.people(world, old.author)
        world.move_head(world.add_commit(files, old.parents, message, **people, signed=self.signed))


@dataclass(frozen=True, kw_only=True)
class Merge(CommitStep):
    """`merge: feature` - merges one branch, or several in an octopus merge, using the method in `by`."""

    merge: Revision | tuple[Revision, ...]
    by: Literal["merge-commit", "fast-forward", "squash"] = "merge-commit"
    message: Content | None = None

    def do(self, world: World) -> None:
        tips = self._tips(world)
        if self.by == "fast-forward":
            self._forward(world, tips)
            return
        files, conflicts = world.files(world.head.id), set[str]()
        for tip in tips:
            base = world.base_files(world.head.id, tip)
            files, more = merge_files(base, files, world.files(tip))
            conflicts.update(more)
        files = self.resolved(world, files, sorted(conflicts))
        parents = [world.head.id, *(tips if self.by == "merge-commit" else [])]
        message = self.message or self._message(world)
        world.move_head(world.add_commit(files, parents, message, **self.people(world), signed=self.signed))

    def _names(self) -> tuple[Revision, ...]:
        return self.merge if isinstance(self.merge, tuple) else (self.merge,)

    def _tips(self, world: World) -> list[str]:
        # without tips that are ancestors of other tips
        reached = world.history.ancestors(world.head.id)
        tips = list(dict.fromkeys(world.find(name).id for name in self._names()))
        for name, tip in zip(self._names(), tips, strict=False):
            if tip in reached:
                raise StepError(f"{quoted(name)} is already merged into {quoted(world.current)}")
        history = world.history
        return [
            tip for tip in tips if not any(tip in history.ancestors(other) for other in tips if other != tip)
        ]

    def _forward(self, world: World, tips: list[str]) -> None:
        if len(tips) != 1 or world.head.id not in world.history.ancestors(tips[0]):
            raise StepError(f"cannot fast-forward {quoted(world.current)}: the branches have diverged")
        world.move_head(tips[0])

    def _message(self, world: World) -> str:
        several = len(self._names()) > 1
        names = ", ".join(f"'{name}'" for name in self._names())
        into = "" if world.current in ("main", "master") else f" into {world.current}"
        verb = "Squash" if self.by == "squash" else "Merge"
        return f"{verb} {'branches' if several else 'branch'} {names}{into}"


@dataclass(frozen=True, kw_only=True)
class _Replay(CommitStep):
    """A step that repeats changes on the current branch. `mainline` is the number of a merge's parent, from 1."""

    mainline: Count | None = None
    message: Content | None = None

    def _before(self, world: World, commit: Commit) -> Files:
        # the files before the change of a commit
        if commit.is_merge and not 1 <= (self.mainline or 0) <= len(commit.parents):
            raise StepError(
                f"{quoted(commit.subject)} is a merge commit: set mainline to a parent number, starting from 1"
            )
        nth = self.mainline or 1
        return world.files(commit.parents[nth - 1] if commit.parents else None)

    def _apply(self, world: World, old: Files, new: Files, name: Revision) -> Files:
        ours = world.files(world.head.id)
        files = self.resolved(world, *merge_files(old, ours, new))
        if files == ours and old != new:
            raise StepError(f"{quoted(name)} changes nothing on {quoted(world.current)}")
        return files


@dataclass(frozen=True, kw_only=True)
class CherryPick(_Replay):
    """`cherry_pick: fix` - copies one commit or a list of commits, with message and author."""

    cherry_pick: Revision | tuple[Revision, ...]

    def do(self, world: World) -> None:
        for name, commit in _found(world, self.cherry_pick):
            files = self._apply(world, self._before(world, commit), world.files(commit.id), name)
            people = self.people(world, commit.author)
            message = self.message or commit.message
            world.move_head(world.add_commit(files, world.parents, message, **people, signed=self.signed))


@dataclass(frozen=True, kw_only=True)
class Revert(_Replay):
    """`revert: main~1` - reverts one commit or a list of commits."""

    revert: Revision | tuple[Revision, ...]

    def do(self, world: World) -> None:
        for name, commit in _found(world, self.revert):
            files = self._apply(world, world.files(commit.id), self._before(world, commit), name)
            message = self.message or f'Revert "{commit.subject}"\n\nThis reverts commit {commit.id}.'
            people = self.people(world)
            world.move_head(world.add_commit(files, world.parents, message, **people, signed=self.signed))


@dataclass(frozen=True, kw_only=True)
class Rebase(Step):
    """`rebase: feature, onto: main` - rebases a branch, dropping its merge commits, and switches to it."""

    rebase: RefName
    onto: Revision

    def do(self, world: World) -> None:
        branch, onto = _branch(world, self.rebase), world.find(self.onto).id
        history = world.history
        own, theirs = history.ancestors(branch), history.ancestors(onto)
        there = {_patch(world, history[other]) for other in theirs - own if not history[other].is_merge}
        for commit in history.in_order(own - theirs):
            if not commit.is_merge and _patch(world, commit) not in there - {_NO_PATCH}:
                onto = self._again(world, commit, onto)
        world.current = self.rebase
        world.move_head(onto)

    def _again(self, world: World, commit: Commit, onto: str) -> str:
        # the new base itself if nothing is left to change
        if commit.parents == (onto,):
            return commit.id
        old, new = world.files(next(iter(commit.parents), None)), world.files(commit.id)
        files, conflicts = merge_files(old, world.files(onto), new)
        if conflicts:
            raise StepError(
                f"merge conflict in {quoted(conflicts[0])} between {quoted(commit.subject)} and {quoted(self.onto)}"
            )
        if files == world.files(onto) and old != new:
            return onto
        committer = world.learner.at(world.now())
        return world.add_commit(files, [onto], commit.message, author=commit.author, committer=committer)


@dataclass(frozen=True, kw_only=True)
class Reset(Step):
    """`reset: main~1` - makes the current branch point to a commit."""

    reset: Revision

    def do(self, world: World) -> None:
        world.move_head(world.find(self.reset).id)


@dataclass(frozen=True, kw_only=True)
class Branch(Step):
    """`branch: feature` - creates a branch, `at` a commit, and switches to it unless `switch: false`."""

    branch: RefName
    at: Revision | None = None
    switch: bool = True

    def do(self, world: World) -> None:
        world.check_free(self.branch, world.branches, "branch")
        world.branches[self.branch] = world.find(self.at).id if self.at else world.head.id
        if self.switch:
            world.current = self.branch


@dataclass(frozen=True, kw_only=True)
class Switch(Step):
    """`switch: main` - switches to a branch."""

    switch: RefName

    def do(self, world: World) -> None:
        _branch(world, self.switch)
        world.current = self.switch


@dataclass(frozen=True, kw_only=True)
class Orphan(Step):
    """`orphan: pages` - switches to a new branch without commits; its first commit starts without files."""

    orphan: RefName

    def do(self, world: World) -> None:
        world.check_free(self.orphan, world.branches, "branch")
        world.current = self.orphan


@dataclass(frozen=True, kw_only=True)
class RenameBranch(Step):
    """`rename_branch: main, to: trunk` - renames a branch."""

    rename_branch: RefName
    to: RefName

    def do(self, world: World) -> None:
        tip = _branch(world, self.rename_branch)
        del world.branches[self.rename_branch]
        world.check_free(self.to, world.branches, "branch")
        world.branches[self.to] = tip
        if world.current == self.rename_branch:
            world.current = self.to


@dataclass(frozen=True, kw_only=True)
class DeleteBranch(Step):
    """`delete_branch: feature` - deletes a branch other than the current one."""

    delete_branch: RefName

    def do(self, world: World) -> None:
        _branch(world, self.delete_branch)
        if world.current == self.delete_branch:
            raise StepError(
                f"{quoted(self.delete_branch)} is the current branch: switch to a different branch first"
            )
        del world.branches[self.delete_branch]


@dataclass(frozen=True, kw_only=True)
class Tag(Step):
    """`tag: v1.0.0` - creates a lightweight tag, or an annotated one with `message`. `force: true` moves it."""

    tag: RefName
    at: Revision | None = None
    message: Content | None = None
    force: bool = False

    def do(self, world: World) -> None:
        others = [name for name in world.tags if not (self.force and name == self.tag)]
        world.check_free(self.tag, others, "tag")
        commit = world.find(self.at) if self.at else world.head
        world.add_tag(self.tag, commit.id, self.message, tagger=world.learner.at(world.now()))


@dataclass(frozen=True, kw_only=True)
class DeleteTag(Step):
    """`delete_tag: v1.0.0` - deletes a tag."""

    delete_tag: RefName

    def do(self, world: World) -> None:
        if world.tags.pop(self.delete_tag, None) is None:
            raise StepError(f"the tag {quoted(self.delete_tag)} does not exist")


def _patch(world: World, commit: Commit) -> Patch:
    # a rebase skips commits whose change is already upstream
    old = world.files(next(iter(commit.parents), None)).items()
    new = world.files(commit.id).items()
    return frozenset(old - new), frozenset(new - old)


def _found(world: World, names: Revision | tuple[Revision, ...]) -> Iterable[tuple[Revision, Commit]]:
    # all names are resolved before the first is used
    wanted = names if isinstance(names, tuple) else (names,)
    return [(name, world.find(name)) for name in wanted]


def _branch(world: World, name: RefName) -> str:
    if name not in world.branches:
        raise StepError(f"there is no branch {quoted(name)} with commits")
    return world.branches[name]


_ALL: tuple[type[Step], ...] = (
    CommitFiles,
    Amend,
    Merge,
    CherryPick,
    Revert,
    Rebase,
    Reset,
    Tag,
    DeleteTag,
    Branch,
    Switch,
    Orphan,
    RenameBranch,
    DeleteBranch,
    GitHub,
)
STEPS = {step.word(): step for step in _ALL}
