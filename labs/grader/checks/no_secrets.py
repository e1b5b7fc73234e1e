"""`no_secrets: {}` - no key, token or password in any commit of any branch or tag. Nobody is shown a value.

Finds credentials in known formats, and passwords in files such as `.env`, also in the messages of commits and annotated
tags. Commits of the lab's starter do not count. Files over 1 MB and binary files are not read. Beyond 128 MB of files,
the check is not run unless something was found.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice

from ..findings import LookedAt
from ..formats.secrets import Rule, belongs_outside, find_secrets, is_settings_file, masked
from ..git.blobs import Blob
from ..git.lfs_pointer import pointed_size
from ..git.repository import MAX_FILE_BYTES
from ..words import count, decoded, listed, quoted, size, visible
from ._shared.base import Kind, Run, Verdict, needs_work, not_run, passed
from ._shared.contents import as_text, lines_of, not_read
from ._shared.message_secrets import message_verdict, read_messages
from ._shared.not_text import UTF_16
from ._shared.removal import (
    IN_HISTORY,
    at_every_path,
    branch_to_mend,
    find_origin,
    remove_from_history,
    tagged_objects,
)
from ._shared.shell import STASHED, commands, start_on
from .commits import first_file

MAX_BYTES = 128 << 20
MAX_IN_A_FILE = 20
MAX_SHOWN = 3


@dataclass(frozen=True)
class Leak:
    """A credential on a line of a file, in the first commit that has it."""

    blob: Blob
    line: int
    rule: Rule

    def __str__(self) -> str:
        return f"{self.rule.name} in {quoted(decoded(self.blob.path))}, line {self.line}"


@dataclass(frozen=True)
class NoSecretsCheck(Kind):
    kind = "no_secrets"
    about = "files"

    def check(self, run: Run) -> Verdict:
        blobs = run.own_blobs
        small = [blob for blob in blobs if blob.size is not None and blob.size <= MAX_FILE_BYTES]
        ends = list(accumulate(blob.size or 0 for blob in small))
        to_read = small[: bisect_right(ends, MAX_BYTES)]
        leaks: list[Leak] = []
        binary = pointers = 0
        for blob, content in zip(to_read, run.repository.uncounted(blob.id for blob in to_read), strict=True):
            is_binary = _is_binary(content or b"")
            binary += is_binary
            pointers += pointed_size(content) is not None
            leaks += [] if is_binary else _leaks(blob, content or b"")
        if leaks:
            return _verdict(run, leaks)
        messages = read_messages(run)
        if messages.leak:
            return message_verdict(run, messages.leak)
        if len(to_read) < len(small):
            return not_run(
                f"Incomplete: the history has {size(ends[-1])} of files, and only {size(MAX_BYTES)} were read. "
                "These contain no credential in a known format."
            )
        number = sum(1 for blob in small if blob.size) - binary - pointers
        unread = not_read(large=len(blobs) - len(small), binary=binary, pointers=pointers)
        return passed(
            f"No credential in a known format in {count(number, 'file version')} and "
            f"{count(messages.number, 'commit or tag message')}.",
            fix=lambda: first_file(run),
            looked_at=LookedAt(
                number,
                "file with content",
                IN_HISTORY,
                unread=(*unread, *messages.unread, *tagged_objects(run.repository)),
            ),
        )


def _verdict(run: Run, leaks: list[Leak]) -> Verdict:
    oldest: dict[tuple[bytes, str], Leak] = {}
    for leak in leaks:
        oldest.setdefault((leak.blob.path, leak.rule.name), leak)
    places = list(oldest.values())
    name = places[0].rule.name
    blobs = at_every_path(run, [leak.blob for leak in leaks])
    leaks = [replace(leak, blob=blob) for blob in blobs for leak in leaks if leak.blob.id == blob.id]
    keep = dict.fromkeys(blob.path for blob in blobs if not belongs_outside(decoded(blob.path)))
    are = f" and {count(len(places) - 1, 'more credential')} are" if places[1:] else " is"
    value, is_not = ("values", "are not") if places[1:] else ("value", "is not")
    remedies = listed(dict.fromkeys(leak.rule.remedy for leak in places))
    edit = f" then remove it from {listed(quoted(decoded(path)) for path in keep)}," if keep else ""
    return needs_work(
        f"{name[0].upper()}{name[1:]}{are} in this repository's history. The {value} {is_not} "
        f"shown here. First {remedies},{edit} then remove it from the history. Deleting the file does not make it "
        f"safe. Staff were not shown the {value}.",
        expected="no key, token or password in any commit",
        found=listed(map(str, places), limit=MAX_SHOWN),
        fix=_fix(run, leaks, blobs, keep),
        evidence=[find_origin(run, leak.blob, leak.line) for leak in places[:MAX_SHOWN]],
    )


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:8000] and content[:2] not in UTF_16


def _fix(run: Run, leaks: list[Leak], blobs: list[Blob], keep: Collection[bytes]) -> str:
    # the learner edits the code first; the commands do nothing while it still has the key
    there = _still_there(run, leaks)
    branch = branch_to_mend(run, blobs)
    if not there or branch is None:
        return remove_from_history(run, blobs, keep=keep)
    revoke = listed(dict.fromkeys(leak.rule.remedy for leak, _ in there))
    edits = [_edit(*one) for one in there]
    traces = dict.fromkeys(leak.rule.trace for leak, _ in there)
    paths = dict.fromkeys(decoded(leak.blob.path) for leak, _ in there)
    look = commands(["grep", "-E", "-q", *(part for trace in traces for part in ("-e", trace)), "--", *paths])
    have = "has" if len(paths) == 1 else "have"
    stop = f"{_listed(paths)} still {have} the key. Nothing was done. Remove the key first."
    guarded = "\n".join(
        f"  {line}" for line in remove_from_history(run, blobs, keep=keep, starts=False).split("\n")
    )
    return "\n\n".join(
        [
            f"Do this first, since anyone with a copy can use it: {revoke}.",
            commands(*start_on(branch.name)),
            *edits,
            "Read the new key from the environment, and keep it out of the repository. Then:",
            f"if {look}; then\n  {commands(['echo', stop])}\n  false\nelse\n{guarded}\nfi",
            STASHED,
        ]
    )


def _still_there(run: Run, leaks: list[Leak]) -> list[tuple[Leak, list[str]]]:
    # leaks in files that the latest commit keeps, with the masked lines of the file
    tip = branch_to_mend(run, [leak.blob for leak in leaks])
    found: list[tuple[Leak, list[str]]] = []
    masked_lines: dict[str, list[str]] = {}
    for leak in leaks:
        path = leak.blob.path
        entry = run.repository.entry(tip.commit, path) if tip else None
        if entry is None or entry.id != leak.blob.id or belongs_outside(decoded(path)):
            continue
        if entry.id not in masked_lines:
            masked_lines[entry.id] = lines_of(masked(as_text(run.repository.content(entry.id) or b"")))
        found.append((leak, masked_lines[entry.id]))
    return found[:MAX_IN_A_FILE]


def _edit(leak: Leak, lines: list[str]) -> str:
    # only the first line of a multi-line key is known
    path = visible(decoded(leak.blob.path))
    line = lines[leak.line - 1]
    if "-----BEGIN" in line or leak.rule.name == "a private key":
        return f"Remove the private key that starts at line {leak.line} from `{path}`, with all of its lines."
    replaced = visible(re.sub(r"\*{8,}", "REVOKED", line), keep="\t")
    return f"Replace line {leak.line} of `{path}` with:\n\n    {replaced}"


def _listed(paths: Iterable[str]) -> str:
    return listed(map(visible, paths))


def _leaks(blob: Blob, content: bytes) -> Iterator[Leak]:
    text = as_text(content)
    settings = is_settings_file(decoded(blob.path))
    lines: set[int] = set()
    for found in islice(find_secrets(text, settings=settings), MAX_IN_A_FILE):
        line = text.count("\n", 0, found.start) + 1
        if line not in lines:
            lines.add(line)
            yield Leak(blob, line, found.rule)
