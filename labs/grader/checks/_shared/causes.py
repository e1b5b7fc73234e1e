"""Why there is no file where one is asked for: what Git itself can tell, as an answer with commands for that cause.

Every kind that reads a path comes here (by `contents`). Looking for a cause never turns an answer into a fault: what
is too large or damaged is passed over.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...formats.globs import path_matcher
from ...git.processes import RepositoryError, TooLargeError
from ...git.refs import TAGS
from ...git.repository import Tip
from ...git.revision import base_of
from ...git.trees import Entry
from ...words import count, cut, decoded, excerpt, listed, quoted
from .base import Run, Verdict, at_tip, needs_work
from .fixes import change, moved_tag
from .near_names import near_path
from .rule_files import Files, deciding_rule, rule_files
from .shell import Line, as_argument, make_folder_of

MAX_BRANCHES = 100
MAX_COMMITS = 1000
_LINK = b"120000"


def no_file_answer(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line] = ()) -> Verdict:
    """The answer where a regular file is asked for at a path, and there is none.

    `fill` are commands that write into it what is asked for.
    """
    entry = files.get(path.encode())
    if entry is not None:
        return _in_its_place(run, tip, path, path, entry, fill)
    if any(other.startswith(path.encode() + b"/") for other in files):
        return _a_folder(run, tip, path, files)
    return _in_the_way(run, tip, path, files, fill) or _absent(run, tip, path, files, fill)


def no_match_answer(run: Run, tip: Tip, pattern: str, files: Files) -> Verdict:
    """The answer where no file has a path that the pattern means."""
    folder = re.split(r"[^/]*[*?]", pattern, maxsplit=1)[0].rstrip("/")
    blocked = _in_the_way(run, tip, f"{folder}/file", files, ()) if folder else None
    if blocked:
        return blocked
    said = f"No file at {quoted(tip.name)} has a path such as {quoted(pattern)}."
    expected = f"at least one file with a path such as {quoted(pattern)}"
    found = f"{count(len(files), 'file')}, none with such a path"
    likely = _other_case(pattern, files)
    if likely:
        moves = [line for old, new in likely[:20] for line in _moved(old, new)]
        return needs_work(
            f"{said} There is {quoted(likely[0][0])}, which has another case or ending.",
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
    fix = change(run, tip, f"Add {posixpath.basename(path)}", *_made(path))
    return needs_work(said, expected=expected, found=found, fix=fix, evidence=[at_tip(tip)])


# --- something else has the path, or a part of it ---------------------------------------------------------------


def _in_the_way(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line]) -> Verdict | None:
    """The answer where a folder on the way to the path is no folder."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        place = "/".join(parts[:depth])
        if entry := files.get(place.encode()):
            return _in_its_place(run, tip, path, place, entry, fill)
    return None


def _in_its_place(run: Run, tip: Tip, path: str, place: str, entry: Entry, fill: Sequence[Line]) -> Verdict:
    """`place` is the path itself, or a folder on the way to it; `entry` is found there."""
    wanted = "a file" if place == path else "a folder"
    if entry.is_submodule:
        noun, why, lines = _repository_inside(run, tip, path, place)
    elif entry.mode == _LINK:
        noun, why, lines = _link(run, tip, path, place, entry)
        lines += _filled(fill, path)
    else:
        noun, why = "a file", ""
        lines = [["git", "mv", "--", place, f"{place}.old"], *_made(path)]
    return needs_work(
        f"{quoted(place)} at {quoted(tip.name)} is {noun}, not {wanted}.{why}",
        expected=quoted(path) if place != path else "a file",
        found=f"{noun} at {quoted(place)}" if place != path else noun,
        fix=change(run, tip, f"Make {place} {wanted}", *lines),
        evidence=[at_tip(tip, place.encode())],
    )


def _repository_inside(run: Run, tip: Tip, path: str, place: str) -> tuple[str, str, list[Line]]:
    """What a gitlink is called, why it is there, and how its files become files of this repository.

    The `.git` of a repository inside is moved beside the repository, so that its history is not lost.
    """
    quoted_place = shlex.quote(place)
    inside, aside = shlex.quote(f"{place}/.git"), shlex.quote(f"../{posixpath.basename(place)}.git")
    take_in: list[Line] = [
        ["git", "rm", "--cached", "--quiet", "--", place],
        f"if [ -e {inside} ]; then mv {inside} {aside}; fi",
    ]
    if place == path:  # a file is wanted where the folder is
        take_in = [take_in[0], f"if [ -e {quoted_place} ]; then mv {quoted_place} {aside}; fi"]
    if name := _submodule_name(run, tip, place):
        section = ["git", "config", "--file", ".gitmodules", "--remove-section", f"submodule.{name}"]
        first = ["git", "submodule", "update", "--init", "--", place]  # its history stays in .git/modules
        take_in = [first, take_in[0], ["rm", "-f", f"{place}/.git"], section]
        take_in.append(["git", "add", "--", ".gitmodules"])
        why = " Its files are in another repository, not in this one."
    else:
        why = " It has a `.git` of its own, so Git recorded one of its commits instead of its files."
    if place == path:
        why = ""
    more: list[Line] = [] if place == path else [["git", "add", "--", place]]
    return (
        "a submodule" if name or place == path else "a nested repository",
        why,
        [*take_in, *_made(path), *more],
    )


def _submodule_name(run: Run, tip: Tip, place: str) -> str | None:
    entry = run.repository.entry(tip.commit, b".gitmodules")
    content = run.repository.content(entry.id) if entry and entry.is_file else None
    sections = re.split(r'^\s*\[submodule "(.+)"\]', decoded(content or b""), flags=re.MULTILINE)[1:]
    has_path = re.compile(rf"^\s*path\s*=\s*{re.escape(place)}\s*$", re.MULTILINE)
    return next(
        (name for name, body in zip(sections[::2], sections[1::2], strict=True) if has_path.search(body)),
        None,
    )


def _link(run: Run, tip: Tip, path: str, place: str, entry: Entry) -> tuple[str, str, list[Line]]:
    """A symbolic link is replaced by a copy of what it leads to, where that is in the repository."""
    target = decoded(run.repository.content(entry.id) or b"")
    real = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
    there = (
        None
        if real.startswith(("/", ".."))
        else run.repository.entry(tip.commit, real.encode(errors="surrogateescape"))
    )
    why = f" It leads to {quoted(cut(target, 60))}: Git stored that address, not the files." if there else ""
    lines: list[Line] = [["git", "rm", "--quiet", "--", place]]
    if there and there.is_file and place == path:
        copy: Line = ["cp", as_argument(real), as_argument(path)]
        lines += [*make_folder_of(path), copy, ["git", "add", "--force", "--", path]]
    elif there and there.is_tree and place != path and not f"{place}/".startswith(f"{real}/"):
        copy = ["cp", "-R", as_argument(real), as_argument(place)]
        lines += [*make_folder_of(place), copy, *_made(path), ["git", "add", "--", place]]
    else:
        lines += _made(path)
    return "a symbolic link", why, lines


def _a_folder(run: Run, tip: Tip, path: str, files: Files) -> Verdict:
    """The folder keeps its files under another name; a file of the same name in it comes out."""
    aside, name = f"{path}-folder", posixpath.basename(path)
    inner = f"{path}/{name}".encode() in files
    lines: list[Line] = [["git", "mv", "--", path, aside]]
    lines += [["git", "mv", "--", f"{aside}/{name}", path]] if inner else _made(path)
    return needs_work(
        f"{quoted(path)} at {quoted(tip.name)} is a folder, not a file."
        + (f" The file is inside it: {quoted(f'{path}/{name}')}." if inner else ""),
        expected="a file",
        found="a folder",
        fix=change(run, tip, f"Make {path} a file", *lines),
        evidence=[at_tip(tip, path.encode())],
    )


# --- nothing has the path ---------------------------------------------------------------------------------------


def _absent(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line]) -> Verdict:
    folder, name = posixpath.split(path)
    where = f"in the folder {quoted(folder)}" if folder else "in the top folder"
    said = f"There is no {quoted(name)} {where} at {quoted(tip.name)}."
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
        f"{said} One was found at {quoted(near)}.",
        expected=quoted(path),
        found=quoted(near),
        fix=change(run, tip, f"Move {near} to {path}", *_moved(near, path), *_filled(fill, path)),
        evidence=[at_tip(tip, near.encode())],
    )


def _elsewhere_in_git(run: Run, tip: Tip, path: str, said: str) -> Verdict | None:
    """The answer where another branch, or an earlier commit, has the file."""
    for branch in _other_branches(run, tip):
        if path.encode() in _files_of(run, branch):
            return _on_another_branch(tip, branch, [path], said, quoted(path), run)
    return _taken_away(run, tip, path, said)


def _on_another_branch(
    tip: Tip, branch: Tip, paths: list[str], said: str, expected: str, run: Run
) -> Verdict:
    if tip.ref.startswith(TAGS):
        fix = moved_tag(run.repository.tag(tip.name), branch.commit.id)
    else:
        fix = change(run, tip, f"Take {paths[0]} from {branch.name}", _restored(branch.commit.id, paths))
    return needs_work(
        f"{said} {'It' if len(paths) == 1 else 'They'} {'is' if len(paths) == 1 else 'are'} on the branch "
        f"{quoted(branch.name)}.",
        expected=expected,
        found=f"{listed(map(quoted, paths))} at {quoted(branch.name)}",
        fix=fix,
        evidence=[at_tip(branch, paths[0].encode())],
    )


def _taken_away(run: Run, tip: Tip, path: str, said: str) -> Verdict | None:
    """The answer where an earlier commit on the line of first parents has the file; only in a short history."""
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
        found=f"the file in commit {commit_id[:7]}, and no longer after it",
        fix=change(run, tip, f"Bring back {posixpath.basename(path)}", _restored(commit_id, [path])),
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
        ignored = (
            f" Line {rule.line} of {quoted(rule.source)}, {quoted(rule.pattern)}, ignores it, so `git add` leaves it "
            "out."
        )
        evidence = [
            replace(at_tip(tip, rule.source.encode()), line=rule.line, excerpt=excerpt(lines, rule.line))
        ]
    return needs_work(
        said + ignored,
        expected=quoted(path),
        found=f"{count(len(files), 'file')}, none of this name",
        fix=change(run, tip, f"Add {posixpath.basename(path)}", *_made(path, fill, force=bool(ignored))),
        evidence=evidence,
    )


def _other_branches(run: Run, tip: Tip) -> Iterator[Tip]:
    """Other branches: main first. None for a commit such as `main~2`, which only a rewrite could change."""
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
    """A path that the pattern means."""
    path = pattern.replace("**/", "").replace("/**", "/new.txt").replace("*", "new").replace("?", "x")
    return f"{path}README.md" if path.endswith("/") else path


def _other_case(pattern: str, files: Files) -> list[tuple[str, str]]:
    """Files that the pattern would mean in another case, or with `yml` for `yaml`, and their paths as it asks."""
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
    """The path with the ending, and the folders, in the case of the pattern."""
    ending = posixpath.splitext(pattern)[1]
    folder = re.split(r"[^/]*[*?]", pattern, maxsplit=1)[0]
    if ending and name.casefold().endswith(ending.casefold()):
        name = name[: len(name) - len(ending)] + ending
    return folder + name[len(folder) :] if name.casefold().startswith(folder.casefold()) else name


# --- commands ---------------------------------------------------------------------------------------------------


def _made(path: str, fill: Sequence[Line] = (), *, force: bool = False) -> list[Line]:
    add = ["git", "add", *(["--force"] if force else []), "--", path]
    return [*make_folder_of(path), *(fill or [["touch", as_argument(path)]]), add]


def _filled(fill: Sequence[Line], path: str) -> list[Line]:
    return [*fill, ["git", "add", "--", path]] if fill else []


def _moved(old: str, new: str) -> list[Line]:
    return [*make_folder_of(new), ["git", "mv", "--", old, new]]


def _restored(commit_id: str, paths: list[str]) -> list[str]:
    return ["git", "restore", f"--source={commit_id}", "--staged", "--worktree", "--", *paths]
