"""Verdicts on a path that is, or leads through, a submodule, a symbolic link, a folder or a file; see `causes`."""

import posixpath
import re
import shlex
from collections.abc import Sequence

from ...git.repository import Tip
from ...git.trees import Entry
from ...words import cut, decoded, quoted
from .base import Run, Verdict, at_tip, needs_work, where
from .fixes import change
from .rule_files import Files
from .shell import Line, as_argument, make_folder_of

_LINK = b"120000"


def in_the_way(run: Run, tip: Tip, path: str, files: Files, fill: Sequence[Line]) -> Verdict | None:
    parts = path.split("/")
    for depth in range(1, len(parts)):
        place = "/".join(parts[:depth])
        if entry := files.get(place.encode()):
            return in_its_place(run, tip, path, place, entry, fill)
    return None


def in_its_place(run: Run, tip: Tip, path: str, place: str, entry: Entry, fill: Sequence[Line]) -> Verdict:
    """Return the verdict on `entry`, found at `place`: the path itself or a folder above it."""
    wanted = "a file" if place == path else "a folder"
    if entry.is_submodule:
        noun, why, lines = _repository_inside(run, tip, path, place)
    elif entry.mode == _LINK:
        noun, why, lines = _link(run, tip, path, place, entry)
        lines += filled(fill, path)
    else:
        noun, why = "a file", ""
        lines = [["git", "mv", "--", place, f"{place}.old"], *made(path)]
    return needs_work(
        f"{quoted(place)} {where(tip)} is {noun}, not {wanted}.{why}",
        expected=quoted(path) if place != path else "a file",
        found=f"{noun} at {quoted(place)}" if place != path else noun,
        fix=change(run, tip, f"Make {place} {wanted}", *lines),
        evidence=[at_tip(tip, place.encode())],
    )


def _repository_inside(run: Run, tip: Tip, path: str, place: str) -> tuple[str, str, list[Line]]:
    # the `.git` of a nested repository is moved beside this one, so that its history is not lost
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
        why = " Its files are in a different repository."
    else:
        why = " It has its own `.git`, so Git recorded one of its commits instead of its files."
    if place == path:
        why = ""
    more: list[Line] = [] if place == path else [["git", "add", "--", place]]
    return (
        "a submodule" if name or place == path else "a nested repository",
        why,
        [*take_in, *made(path), *more],
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
    # replaced by a copy of its target, if that is in the repository
    target = decoded(run.repository.content(entry.id) or b"")
    real = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
    there = (
        None
        if real.startswith(("/", ".."))
        else run.repository.entry(tip.commit, real.encode(errors="surrogateescape"))
    )
    why = f" It points to {quoted(cut(target, 60))}: Git stored that path, not the files." if there else ""
    lines: list[Line] = [["git", "rm", "--quiet", "--", place]]
    if there and there.is_file and place == path:
        copy: Line = ["cp", as_argument(real), as_argument(path)]
        lines += [*make_folder_of(path), copy, ["git", "add", "--force", "--", path]]
    elif there and there.is_tree and place != path and not f"{place}/".startswith(f"{real}/"):
        copy = ["cp", "-R", as_argument(real), as_argument(place)]
        lines += [*make_folder_of(place), copy, *made(path), ["git", "add", "--", place]]
    else:
        lines += made(path)
    return "a symbolic link", why, lines


def a_folder(run: Run, tip: Tip, path: str, files: Files) -> Verdict:
    # the folder is renamed; a file of the same name in it moves up
    aside, name = f"{path}-folder", posixpath.basename(path)
    inner = f"{path}/{name}".encode() in files
    lines: list[Line] = [["git", "mv", "--", path, aside]]
    lines += [["git", "mv", "--", f"{aside}/{name}", path]] if inner else made(path)
    return needs_work(
        f"{quoted(path)} {where(tip)} is a folder, not a file."
        + (f" The file is inside it: {quoted(f'{path}/{name}')}." if inner else ""),
        expected="a file",
        found="a folder",
        fix=change(run, tip, f"Make {path} a file", *lines),
        evidence=[at_tip(tip, path.encode())],
    )


def made(path: str, fill: Sequence[Line] = (), *, force: bool = False) -> list[Line]:
    add = ["git", "add", *(["--force"] if force else []), "--", path]
    return [*make_folder_of(path), *(fill or [["touch", as_argument(path)]]), add]


def filled(fill: Sequence[Line], path: str) -> list[Line]:
    return [*fill, ["git", "add", "--", path]] if fill else []
