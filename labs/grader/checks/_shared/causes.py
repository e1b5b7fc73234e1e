"""Verdicts on a missing file, by cause: renamed, deleted, on another branch, ignored or blocked.

Every kind that reads a path comes here (through `contents`). Looking for a cause never turns a verdict into a fault:
anything too large or damaged is skipped.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...formats.globs import path_matcher
from ...git.processes import RepositoryError, TooLargeError
from ...git.refs import TAGS
from ...git.repository import Tip
from ...git.revision import base_of
from ...words import count, decoded, excerpt, listed, quoted
from .base import Run, Verdict, at_tip, needs_work, where
from .fixes import change, move_tag
from .in_the_way import a_folder, filled, in_its_place, in_the_way, made
from .near_names import near_path
from .rule_files import Files, deciding_rule, rule_files
from .shell import Line, make_folder_of

MAX_BRANCHES = 100
MAX_COMMITS = 1000


def no_file_answer(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line] = ()) -> Verdict:
    """Return the verdict on a path without a regular file. `fill` are commands that write the required content."""
    entry = files.get(path.encode())
    if entry is not None:
        return in_its_place(run, tip, path, path, entry, fill)
    if any(other.startswith(path.encode() + b"/") for other in files):
        return a_folder(run, tip, path, files)
    return in_the_way(run, tip, path, files, fill) or _absent(run, tip, path, files, fill)


def no_match_answer(run: Run, tip: Tip, pattern: str, files: Files) -> Verdict:
    folder = re.split(r"[^/]*[*?]", pattern, maxsplit=1)[0].rstrip("/")
    blocked = in_the_way(run, tip, f"{folder}/file", files, ()) if folder else None
    if blocked:
        return blocked
    said = f"No file {where(tip)} matches {quoted(pattern)}."
    expected = f"at least one file that matches {quoted(pattern)}"
    found = f"no match in {count(len(files), 'file')}"
    likely = _other_case(pattern, files)
    if likely:
        moves = [line for old, new in likely[:20] for line in _moved(old, new)]
        return needs_work(
            f"{said} Found {quoted(likely[0][0])}, which differs in case or extension.",
            expected=expected,
            found=listed(quoted(old) for old, _ in likely),
            fix=change(run, tip, f"Rename {likely[0][0]}", *moves),
            evidence=[at_tip(tip, likely[0][0].encode())],
        )
    for branch in _other_branches(run, tip):
        matching = [name for name in _files_of(run, branch) if path_matcher(pattern)(name)]
        if matching:
            paths = [decoded(name) for name in sorted(matching)[:20]]
            return _on_another_branch(tip, branch, paths, said, expected, run)
    path = example_of(pattern)
    fix = change(run, tip, f"Add {posixpath.basename(path)}", *made(path))
    return needs_work(said, expected=expected, found=found, fix=fix, evidence=[at_tip(tip)])


# --- nothing has the path ---------------------------------------------------------------------------------------


def _absent(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line]) -> Verdict:
    folder, name = posixpath.split(path)
    inside = f"in the folder {quoted(folder)}" if folder else "in the top folder"
    said = f"There is no {quoted(name)} {inside} {where(tip)}."
    near = near_path(path, map(decoded, sorted(files)))
    if near and posixpath.basename(near) != name:
        return _renamed(run, tip, near, path, said, fill)
    return (
        _elsewhere_in_git(run, tip, path, said)
        or (_renamed(run, tip, near, path, said, fill) if near else None)
        or _never_there(run, tip, path, said, files, fill)
    )


def _renamed(run: Run, tip: Tip, near: str, path: str, said: str, fill: Sequence[Line]) -> Verdict:
    return needs_work(
        f"{said} Found {quoted(near)} instead.",
        expected=quoted(path),
        found=quoted(near),
        fix=change(run, tip, f"Move {near} to {path}", *_moved(near, path), *filled(fill, path)),
        evidence=[at_tip(tip, near.encode())],
    )


def _elsewhere_in_git(run: Run, tip: Tip, path: str, said: str) -> Verdict | None:
    for branch in _other_branches(run, tip):
        if path.encode() in _files_of(run, branch):
            return _on_another_branch(tip, branch, [path], said, quoted(path), run)
    return _taken_away(run, tip, path, said)


def _on_another_branch(
    tip: Tip, branch: Tip, paths: list[str], said: str, expected: str, run: Run
) -> Verdict:
    if tip.ref.startswith(TAGS):
        fix = move_tag(run.repository.tag(tip.name), branch.commit.id)
    else:
        fix = change(run, tip, f"Copy {paths[0]} from {branch.name}", _restored(branch.commit.id, paths))
    return needs_work(
        f"{said} {'It' if len(paths) == 1 else 'They'} {'is' if len(paths) == 1 else 'are'} on the branch "
        f"{quoted(branch.name)}.",
        expected=expected,
        found=f"{listed(map(quoted, paths))} on {quoted(branch.name)}",
        fix=fix,
        evidence=[at_tip(branch, paths[0].encode())],
    )


def _taken_away(run: Run, tip: Tip, path: str, said: str) -> Verdict | None:
    # searches first parents only, and not in a long history
    try:
        if not run.repository.is_short:
            return None
        history, after = run.repository.commits_here, tip.commit
        for commit_id in list(history.first_parents(tip.commit.id))[1:MAX_COMMITS]:
            entry = run.repository.entry(history[commit_id], path.encode())
            if entry and entry.is_file:
                break
            after = history[commit_id]
        else:
            return None
    except (TooLargeError, RepositoryError):
        return None
    return needs_work(
        f"{said} Commit {after.id[:7]} {quoted(after.subject)} deleted it.",
        expected=quoted(path),
        found=f"{quoted(path)} in commit {commit_id[:7]} but not in {after.id[:7]}",
        fix=change(run, tip, f"Restore {posixpath.basename(path)}", _restored(commit_id, [path])),
        evidence=[replace(at_tip(tip, path.encode()), commit=after.id)],
    )


def _never_there(run: Run, tip: Tip, path: str, said: str, files: Files, fill: Sequence[Line]) -> Verdict:
    evidence, ignored = [at_tip(tip)], ""
    try:
        sources = rule_files(run, files, path, ".gitignore")
        rule = deciding_rule(sources, path)
    except (TooLargeError, RepositoryError):
        rule = None
    if rule and rule.ignores:
        lines = decoded(sources[rule.source]).splitlines()
        place = f"Line {rule.line} of {quoted(rule.source)}, {quoted(rule.pattern)}"
        ignored = f" {place}, ignores it, so `git add` skips it."
        evidence = [
            replace(at_tip(tip, rule.source.encode()), line=rule.line, excerpt=excerpt(lines, rule.line))
        ]
    return needs_work(
        said + ignored,
        expected=quoted(path),
        found=f"{count(len(files), 'file')}, none with this name",
        fix=change(run, tip, f"Add {posixpath.basename(path)}", *made(path, fill, force=bool(ignored))),
        evidence=evidence,
    )


def _other_branches(run: Run, tip: Tip) -> Iterator[Tip]:
    # main first; none for a commit such as `main~2`, since only a rewrite could change it
    if base_of(tip.name) != tip.name or not tip.ref.startswith("refs/"):
        return
    names = sorted(run.repository.branches, key=lambda name: (name != "main", name))[:MAX_BRANCHES]
    for name in names:
        try:
            branch = run.repository.branch(name)
        except (TooLargeError, RepositoryError):
            continue
        if branch and branch.commit.id != tip.commit.id:
            yield branch


def _files_of(run: Run, branch: Tip) -> Iterable[bytes]:
    try:
        return [path for path, entry in run.repository.files(branch).items() if entry.is_file]
    except (TooLargeError, RepositoryError):
        return ()


def example_of(pattern: str) -> str:
    path = pattern.replace("**/", "").replace("/**", "/new.txt").replace("*", "new").replace("?", "x")
    return f"{path}README.md" if path.endswith("/") else path


def _other_case(pattern: str, files: Files) -> list[tuple[str, str]]:
    # files that differ from the pattern in case, or in `yml` for `yaml`, with their corrected paths
    ending = {".yml": ".yaml", ".yaml": ".yml"}.get(posixpath.splitext(pattern)[1])
    found: list[tuple[str, str]] = []
    meant = path_matcher(pattern)
    folded = path_matcher(pattern.casefold())
    for name in map(decoded, sorted(files)):
        if not files[name.encode(errors="surrogateescape")].is_file or not name.isprintable():
            continue
        other = _as_asked(pattern, name)
        if ending and name.endswith(ending):
            other = name.removesuffix(ending) + posixpath.splitext(pattern)[1]
        elif not folded(name.casefold().encode()):
            continue
        if other != name and meant(other.encode()) and other.encode() not in files:
            found.append((name, other))
    return found


def _as_asked(pattern: str, name: str) -> str:
    ending = posixpath.splitext(pattern)[1]
    folder = re.split(r"[^/]*[*?]", pattern, maxsplit=1)[0]
    if ending and name.casefold().endswith(ending.casefold()):
        name = name[: len(name) - len(ending)] + ending
    return folder + name[len(folder) :] if name.casefold().startswith(folder.casefold()) else name


# --- commands ---------------------------------------------------------------------------------------------------


def _moved(old: str, new: str) -> list[Line]:
    return [*make_folder_of(new), ["git", "mv", "--", old, new]]


def _restored(commit_id: str, paths: list[str]) -> list[str]:
    return ["git", "restore", f"--source={commit_id}", "--staged", "--worktree", "--", *paths]
