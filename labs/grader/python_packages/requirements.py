"""Requirements files as pip reads them: lines, options, included files, and the meaning of a requirement."""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from ..findings import Place
from ..words import quoted

MAX_FILES = 30
MAX_LENGTH = 1000
Read = Callable[[str], str | None]
_COMMENT = re.compile(r"(^|\s)#.*$")
_ONLY_COMMENT = re.compile(r"\s*#")
_ADDRESS = re.compile(r"(?:(git|hg|svn|bzr)\+)?[a-z][\w.-]*://|file:", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][\w+.-]*:|/|~|\.\.(?:/|$)", re.IGNORECASE)  # not a file of the repository
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.(?:gz|bz2|xz|lz|lzma|zst))$", re.IGNORECASE)
_NAMED = re.compile(r"[\w.-]+\s*(?:\[[^\]]*\])?\s*@")  # `name @ URL`
_MOVING = re.compile(r"/(?:archive|zipball|tarball)/|codeload\.", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_STRONG = re.compile(r"(?:^|&)sha(?:256|384|512)=[0-9a-f]+", re.IGNORECASE)
_VALUED = {
    **dict.fromkeys(("-r", "--requirement"), "-r"),
    **dict.fromkeys(("-c", "--constraint"), "-c"),
    **dict.fromkeys(("-e", "--editable"), "-e"),
    "--hash": "--hash",
    **dict.fromkeys(("-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links"), ""),
    **dict.fromkeys(("--no-binary", "--only-binary", "--trusted-host", "--use-feature"), ""),
    **dict.fromkeys(("-C", "--config-settings", "--config-setting", "--all-releases", "--only-final"), ""),
}
_FLAGS = ("--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre")


@dataclass(frozen=True)
class Line:
    """A requirement as written. `fault` says why pip rejects it; `hashed` is True if it has hashes."""

    text: str
    place: Place
    hashed: bool = False
    editable: bool = False
    constraint: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Wanted:
    """A parsed requirement: `exact` or `bounded` versions; `moves` says what may change.

    `own` is the repository's own code, which has no version to pin.
    """

    name: str
    text: str
    place: Place
    exact: bool = False
    bounded: bool = False
    hashed: bool = False
    own: bool = False
    constraint: bool = False
    fault: str = ""
    moves: str = ""


@dataclass
class FileSet:
    """The lines of requirements files, and the included files that could not be read.

    `missing` are those that are not in the repository, as the lines that include them.
    """

    lines: list[Line] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def read_files(paths: list[str], read: Read) -> FileSet:
    """Read files and those that they include with `-r` and `-c`, each once."""
    found = FileSet()
    for path in paths:
        _read_file(path, read, found, constraint=False)
    return found


def _read_file(path: str, read: Read, found: FileSet, *, constraint: bool, named: Line | None = None) -> None:
    if path in found.seen:
        return
    found.seen.add(path)
    is_here = len(found.seen) <= MAX_FILES and not _ELSEWHERE.match(path) and "${" not in path
    text = read(path) if is_here else None
    if text is None:
        found.unread.append(quoted(path))
        found.missing += [named] if named and is_here else []
        return
    for line, option, value in _entries(path, text):
        if option in ("-r", "-c"):
            target = (
                value
                if "://" in value
                else posixpath.normpath(posixpath.join(posixpath.dirname(path), value))
            )
            named = replace(line, text=value, constraint=option == "-c")
            _read_file(target, read, found, constraint=constraint or option == "-c", named=named)
        else:
            found.lines.append(replace(line, constraint=constraint))


def _entries(path: str, text: str) -> Iterator[tuple[Line, str, str]]:
    # each requirement, and each included file with its option
    for number, whole in _joined(text):
        place = Place(path, number)
        tokens = whole.split(" ")
        end = next((at for at, token in enumerate(tokens) if token.startswith("-")), len(tokens))
        written = " ".join(tokens[:end]).strip()
        options, fault = _options(" ".join(tokens[end:]))
        hashed = any(option == "--hash" for option, _ in options)
        editable = next((value for option, value in options if option == "-e"), None)
        if written or editable is not None:
            yield (
                Line(written or editable or "", place, hashed, editable is not None, fault=fault),
                "-e" if editable is not None and not written else "",
                "",
            )
        elif fault:
            yield Line(whole, place, fault=fault), "", ""
        else:
            yield from (
                (Line("", place), option, value) for option, value in options if option in ("-r", "-c")
            )


def _joined(text: str) -> Iterator[tuple[int, str]]:
    # continued lines joined, without comments, each with its first line number
    start = 0
    parts: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = start if parts else number
        is_comment = _ONLY_COMMENT.match(line) is not None
        if line.endswith("\\") and not is_comment and number < len(lines):
            parts.append(line.strip("\\"))
            continue
        parts.append(f" {line}" if is_comment else line.strip("\\") if number == len(lines) else line)
        whole = _COMMENT.sub("", "".join(parts)).strip()
        parts = []
        if whole:
            yield start, whole


def _options(text: str) -> tuple[list[tuple[str, str]], str]:
    # options with their values, and why pip rejects them
    try:
        words = shlex.split(text)
    except ValueError:
        return [], "a quote is not closed"
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        name, equals, value = words[at].partition("=")
        if not name.startswith("--"):
            name, equals, value = words[at][:2], words[at][2:], words[at][2:]
        full = _full_name(name)
        if full in _FLAGS:
            at += 1
            continue
        if full not in _VALUED:
            return found, f"pip has no option {quoted(name)} here"
        if not equals:
            at += 1
            if at == len(words):
                return found, f"the option {quoted(name)} has no value"
            value = words[at]
        found.append((_VALUED[full], value))
        at += 1
    return found, ""


def _full_name(name: str) -> str:
    # pip accepts an unambiguous prefix of a long option
    if name in _VALUED or name in _FLAGS or not name.startswith("--"):
        return name
    likely = [one for one in (*_VALUED, *_FLAGS) if one.startswith(name)]
    return likely[0] if len(likely) == 1 else name


def parse_requirement(line: Line) -> Wanted:
    """Parse a line of a requirements file."""
    found = _wanted(line)
    return replace(found, hashed=found.hashed or line.hashed, constraint=line.constraint)


def _wanted(line: Line) -> Wanted:
    text, blank = line.text, Wanted("", line.text, line.place)
    if line.fault or len(text) > MAX_LENGTH:
        return replace(blank, fault=line.fault or "it is too long")
    if _ADDRESS.match(text):
        return of_address("", text.partition(" ;")[0].partition("; ")[0].strip(), blank)
    bare = text.partition(";")[0].strip()
    path = re.sub(r"\[[\w\s,.-]*\]$", "", bare)
    is_path = line.editable or path.startswith((".", "/")) or _is_path(path)
    if is_path and not _NAMED.match(text):
        return of_path("", path, blank)
    try:
        parsed = Parsed(text)
    except InvalidRequirement:
        return replace(blank, fault="it is not a name with versions, a URL or a path")
    if parsed.url:
        return of_address(str(canonicalize_name(parsed.name)), parsed.url, blank)
    return of_specifier(parsed.name, parsed.specifier, blank)


def _is_path(text: str) -> bool:
    return _ARCHIVE.search(text) is not None or ("/" in text and "@" not in text)


def of_specifier(name: str, versions: SpecifierSet, blank: Wanted) -> Wanted:
    operators = [(one.operator, one.version) for one in versions]
    exact = any(operator in ("==", "===") and not version.endswith("*") for operator, version in operators)
    bounded = any(operator in ("<", "<=", "==", "===", "~=") for operator, _ in operators)
    return replace(blank, name=str(canonicalize_name(name)), exact=exact, bounded=bounded)


def of_address(name: str, address: str, blank: Wanted) -> Wanted:
    # a commit, or a file whose name has a version, is pinned; branches and tags move
    try:
        parts = urlsplit(address)
    except ValueError:
        return replace(blank, fault="its URL is not valid")
    hashed = _STRONG.search(parts.fragment) is not None
    name = name or next(iter(re.findall(r"(?:^|&)egg=([\w.-]+)", parts.fragment)), "")
    one = replace(blank, name=str(canonicalize_name(name)) if name else "", hashed=hashed)
    system, plus, _ = parts.scheme.partition("+")
    if plus:
        return of_revision(system, parts.path.rpartition("@")[2] if "@" in parts.path else "", one)
    if parts.scheme in ("file", ""):
        return of_path(one.name, unquote(parts.path), one)
    file = posixpath.basename(unquote(parts.path))
    is_commit = any(_COMMIT.fullmatch(re.sub(_ARCHIVE, "", part)) for part in parts.path.split("/"))
    named = _version_in(file) if not _MOVING.search(address) else None
    pinned = hashed or is_commit or named is not None
    moves = "" if pinned else "its URL does not contain a version"
    return replace(one, name=one.name or (named or ""), exact=pinned, bounded=pinned, moves=moves)


def of_revision(system: str, revision: str, blank: Wanted) -> Wanted:
    pinned = bool(
        _COMMIT.fullmatch(revision) if system in ("git", "hg") else re.fullmatch(r"\d+", revision or "-")
    )
    moves = f"{quoted(revision)} is a branch or a tag" if revision else "it does not name a commit"
    return replace(blank, exact=pinned, bounded=pinned, moves="" if pinned else moves)


def of_path(name: str, path: str, blank: Wanted) -> Wanted:
    # a file whose name has a version is pinned; a folder in the repository is its own code
    named = _version_in(posixpath.basename(path))
    own = named is None and not path.startswith(("/", "~")) and "$" not in path
    one = replace(
        blank, name=name or (named or ""), exact=named is not None, bounded=named is not None, own=own
    )
    moves = "its path depends on a variable" if "$" in path else "it is a path outside the repository"
    return one if named or own else replace(one, moves=moves)


def _version_in(file: str) -> str | None:
    # of a wheel or sdist
    try:
        parse = parse_wheel_filename if file.endswith(".whl") else parse_sdist_filename
        return str(parse(file)[0])
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
