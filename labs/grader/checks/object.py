"""`object: {tree: {README.md: file, src: folder}}` - an object of this kind is reachable from a branch or tag.

One of: `blob: text` (line endings and a final newline do not matter); `tree: {name: type}` with exactly these entries
(types: file, executable, folder, link, submodule); `commit: {parents: 2, ancestors: 3, rhombus: true, matches: regex}`
(`ancestors`: at least this many; `rhombus`: a diamond, two parents with a common parent); `tag: {marks: blob, matches:
regex}`, an annotated tag that points to a blob, tree or commit. `matches` is searched for in the message.
"""

import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from itertools import count as count_from
from typing import Literal

from ..findings import LookedAt
from ..git.history import Commit, History
from ..git.repository import Repository, Tag, TooLargeError
from ..git.trees import Listing
from ..parameters import Count, Regex
from ..pattern_words import in_words
from ..report import Evidence
from ..words import count, cut, decoded, listed, quoted
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.fixes import on_branch
from ._shared.proposed_texts import fitting
from ._shared.removal import find_origin, refs_containing
from ._shared.shell import Line, commands
from .commits import more_commits

MAX_TREES = 20_000
_EMPTY = "$(git hash-object -w --stdin < /dev/null)"
EntrySort = Literal["file", "executable", "folder", "link", "submodule"]
_SORTS: dict[bytes, EntrySort] = {
    b"100755": "executable",
    b"40000": "folder",
    b"120000": "link",
    b"160000": "submodule",
}


@dataclass(frozen=True)
class CommitShape:
    parents: Count | None = None
    ancestors: Count | None = None
    rhombus: Literal[True] | None = None
    matches: Regex | None = None

    def __str__(self) -> str:
        parts = [
            count(self.parents, "parent") if self.parents is not None else "",
            f"at least {count(self.ancestors, 'ancestor')}" if self.ancestors is not None else "",
            "two parents that have a common parent" if self.rhombus else "",
            f"a message that contains {in_words(self.matches, of_lines=True)}" if self.matches else "",
        ]
        return f"a commit with {listed(filter(None, parts), limit=4)}"

    def fits(self, history: History, commit: Commit) -> bool:
        # does not look at `ancestors`
        if self.parents not in (None, len(commit.parents)):
            return False
        if self.matches is not None and not (
            commit.message and re.search(self.matches, commit.message, re.MULTILINE)
        ):
            return False
        return not self.rhombus or _is_rhombus(history, commit.id)


@dataclass(frozen=True)
class TagShape:
    marks: Literal["blob", "tree", "commit"] | None = None
    matches: Regex | None = None

    def __str__(self) -> str:
        target = f" that points to a {self.marks}" if self.marks else ""
        verb = " and has" if target else " with"
        message = (
            f"{verb} a message that contains {in_words(self.matches, of_lines=True)}" if self.matches else ""
        )
        return f"an annotated tag{target}{message}"

    def fits(self, tag: Tag) -> bool:
        fits = tag.annotated and self.marks in (None, tag.kind)
        return fits and (
            self.matches is None or bool(tag.message and re.search(self.matches, tag.message, re.MULTILINE))
        )


@dataclass(frozen=True)
class ObjectCheck(Kind):
    kind = "object"
    about = "objects"
    seconds = 20.0

    blob: str | None = None
    tree: dict[str, EntrySort] | None = None
    commit: CommitShape | None = None
    tag: TagShape | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if sum(one is not None for one in (self.blob, self.tree, self.commit, self.tag)) != 1:
            yield "", "needs one of `blob`, `tree`, `commit` and `tag`"
        if self.commit == CommitShape():
            yield "commit", "needs one of `parents`, `ancestors`, `rhombus` and `matches`"

    def check(self, run: Run) -> Verdict:
        if self.blob is not None:
            return self._blob(run, self.blob)
        if self.tree is not None:
            return self._tree(run, self.tree)
        return self._commit(run, self.commit) if self.commit else self._tag(run, self.tag or TagShape())

    def _blob(self, run: Run, text: str) -> Verdict:
        blobs, ids = run.repository.blobs, blob_ids(text)
        for blob in blobs:
            if blob.id in ids:
                return _found(
                    f"There is a blob with the content {quoted(cut(text, 60))}.", find_origin(run, blob)
                )
        for tag in _tags(run.repository, "blob"):
            if tag.id in ids:
                return _found(
                    f"There is a blob with the content {quoted(cut(text, 60))}.", Evidence(ref=tag.ref)
                )
        stored = f"printf '%s\\n' {shlex.quote(text)} | git hash-object -w --stdin"
        return _none(
            f"a blob with the content {quoted(cut(text, 60))}",
            count(len(blobs), "blob"),
            fix=_tagged(run, "a-blob", f'"$({stored})"'),
        )

    def _tree(self, run: Run, wanted: dict[str, EntrySort]) -> Verdict:
        seen = 0
        for place, listing in _trees(run):
            seen += 1
            if {decoded(name): _SORTS.get(entry.mode, "file") for name, entry in listing} == wanted:
                return _found(
                    f"There is a tree with exactly the {count(len(wanted), 'required entry', 'required entries')}.",
                    place,
                )
        entries = listed((f"{quoted(name)} ({sort})" for name, sort in wanted.items()), limit=8)
        return _none(
            f"a tree with {f'exactly {entries}' if entries else 'no entries'}",
            count(seen, "tree"),
            fix=_tagged_tree(run, wanted),
        )

    def _commit(self, run: Run, shape: CommitShape) -> Verdict:
        history, shallow = run.repository.history, set[str]()
        for commit in history:
            if shape.fits(history, commit) and _is_deep(history, commit.id, shape.ancestors or 0, shallow):
                ref = next(iter(refs_containing(run.repository, commit.id)), None)
                return _found(f"There is {shape}.", Evidence(ref=ref, commit=commit.id))
        return _none(str(shape), count(len(history), "commit"), fix=_shaped(run, shape))

    def _tag(self, run: Run, shape: TagShape) -> Verdict:
        tags = [run.repository.tag(name) for name in run.repository.tags]
        for tag in tags:
            if shape.fits(tag):
                return _found(f"There is {shape}.", Evidence(ref=tag.ref))
        target = {"blob": '"$(git hash-object -w README.md)"', "tree": "'HEAD^{tree}'"}.get(
            shape.marks or "", "HEAD"
        )
        default = "Describe what it points to"
        message = (fitting(shape.matches, default) if shape.matches else default) or default
        return _none(
            str(shape), count(len(tags), "tag"), fix=_tagged(run, "a-tag", target, "-a", "-m", message)
        )


def _tagged(run: Run, name: str, target: str, *sort: str) -> str:
    # `target` is bash
    taken = run.repository.tags
    free = next(one for one in chain([name], (f"{name}-{n}" for n in count_from(2))) if one not in taken)
    return commands(
        f"{commands(['git', 'tag', *sort, free])} {target}", ["git", "push", "origin", f"refs/tags/{free}"]
    )


def _tagged_tree(run: Run, wanted: dict[str, EntrySort]) -> str:
    # of empty files and folders
    made = {"folder": ("040000 tree", "$(git mktree < /dev/null)"), "executable": ("100755 blob", _EMPTY)}
    entries = []
    for name, sort in wanted.items():
        mode, object_id = made.get(sort, ("120000 blob" if sort == "link" else "100644 blob", _EMPTY))
        entries.append(f"""printf '%s %s\\t%s\\n' {shlex.quote(mode)} "{object_id}" {shlex.quote(name)}""")
    tree = f'"$({{ {"; ".join(entries)}; }} | git mktree)"'
    return _tagged(run, "a-tree", tree) if entries and "submodule" not in wanted.values() else ""


def _shaped(run: Run, shape: CommitShape) -> str:
    # a commit with this message, or a merge of two new commits
    tip = run.repository.branch("main") or next(map(run.repository.branch, run.repository.branches), None)
    default = "Say what the project is for"
    message = (fitting(shape.matches, default) if shape.matches else default) or default
    if tip is None or shape.parents not in (None, 1, 2):
        return ""
    behind = len(run.repository.history.ancestors(tip.commit.id))
    lines = more_commits(max(0, (shape.ancestors or 0) - behind))
    if not shape.rhombus and shape.parents != 2:
        return on_branch(tip.name, *lines, *more_commits(1, message))
    aside: list[Line] = [["git", "switch", "--detach"], *more_commits(1), ["git", "switch", tip.name]]
    other = more_commits(1, "Add notes", ["NOTES.md"])
    return on_branch(tip.name, *lines, *aside, *other, ["git", "merge", "--no-ff", "-m", message, "@{-1}"])


def blob_ids(text: str) -> set[str]:
    """Return the IDs of a text as a blob, for both hash algorithms and both line endings."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    contents = {(end.join(lines) + last).encode() for end in ("\n", "\r\n") for last in ("", end)}
    blobs = [b"blob %d\0" % len(content) + content for content in contents]
    return {digest(blob).hexdigest() for blob in blobs for digest in (hashlib.sha1, hashlib.sha256)}


def _none(expected: str, found: str, fix: str = "") -> Verdict:
    return needs_work(
        f"No branch or tag reaches {expected}.",
        expected=expected,
        found=f"no match in {found}",
        fix=fix,
    )


def _found(why: str, where: Evidence) -> Verdict:
    return passed(why, where, looked_at=LookedAt(1, "object"))


def _tags(repository: Repository, kind: str) -> list[Tag]:
    return [tag for tag in map(repository.tag, repository.tags) if tag.kind == kind]


def _trees(run: Run) -> Iterator[tuple[Evidence, Listing]]:
    # each tree once, with the oldest commit that has it or the tag that points to it
    repository, seen = run.repository, set[str]()
    roots = [(Evidence(commit=commit.id), commit.tree) for commit in list(repository.history)[::-1]]
    roots += [(Evidence(ref=tag.ref), tag.id) for tag in _tags(repository, "tree")]
    for where, root in roots:
        waiting = [root]
        while waiting:
            tree = waiting.pop()
            if tree in seen:
                continue
            seen.add(tree)
            if len(seen) > MAX_TREES:
                raise TooLargeError(f"there are more than {MAX_TREES:,} folders in the history")
            listing = repository.listing(tree)
            waiting += [entry.id for _, entry in listing if entry.is_tree]
            yield where, listing


def _is_rhombus(history: History, commit_id: str) -> bool:
    above = [set(history.parents(parent)) for parent in dict.fromkeys(history.parents(commit_id))]
    return any(one & other for one, other in combinations(above, 2))


def _is_deep(history: History, commit_id: str, least: int, shallow: set[str]) -> bool:
    # `shallow` collects the commits that are known to have fewer ancestors
    if commit_id in shallow:
        return False
    seen, waiting = {commit_id}, [commit_id]
    while waiting and len(seen) <= least:
        fresh = [parent for parent in history.parents(waiting.pop()) if parent not in seen]
        seen.update(fresh)
        waiting += fresh
    if len(seen) <= least:
        shallow |= seen
    return len(seen) > least
