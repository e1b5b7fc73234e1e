"""Reasons for a failed fetch: a problem for the learner to fix, in a sentence, or a fault on our side."""

import re

from ..git.complaints import fsck_id, own_words, plain_words
from ..words import cut, listed, nearest, quoted, visible
from .address import Address
from .bounded_process import Ended, FetchLimits


class FetchRefusedError(Exception):
    """Nothing was fetched, because of the learner's repository or its host. `code` is stable, `message` for people.

    `is_transient`: the host is at fault, so the same URL may work later. `before_transfer`: no objects were sent yet.
    `limit` is that of `bounded_process.Ended`, `fsck_id` Git's ID of the problem with an object.
    """

    before_transfer = False
    fsck_id = ""
    limit: str | None = None

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.is_transient = code in ("dead_host", "slow_host", "noise")


class FetchError(Exception):
    """A fault on our side or in the network; a retry may succeed."""

    limit: str | None = None


SENTENCES = {
    "not_found": "{repo} was not found. It is private, was renamed or is misspelled. "
    "Open it in a private window. If it is missing there, make it public or correct the URL.",
    "moved": "{repo} redirects to a different URL: it was renamed or moved. "
    "Open it in a browser and copy the URL from the address bar.",
    "empty": "{repo} is empty: it has no commits yet. "
    "Commit something, push it with `git push -u origin main`, then submit again.",
    "only_tags": "{repo} has tags but no branches. Push your branch with `git push -u origin main`, "
    "then submit again.",
    "sha256": "{repo} uses SHA-256, which is not supported here. Create a SHA-1 repository: "
    "run `git init --object-format=sha1` in a new folder, commit your files there, push, then submit its URL.",
    "no_git": "{repo} is not a Git repository: {host} sent something else, such as a web page. "
    "Open {repo} in a private window and check the URL. If it is correct, submit again later.",
    "too_big": "{repo} is larger than {megabytes} MB, not counting files over 1 MB. Usually its history contains data "
    "or a virtual environment. Remove it from the history, force-push, then submit again.",
    "too_many_refs": "{repo} has too many branches and tags. "
    "Delete those on {host} that you don’t need, then submit again.",
    "too_many_files": "{repo} has more than {entries} files on {branch}. Usually a virtual environment or "
    "`node_modules` was committed. Remove it with `git rm -r --cached`, add it to `.gitignore`, then push.",
    "dead_host": "{host} did not respond. It may be down for a few minutes. Submit again later.",
    "slow_host": "{host} did not send {repo} within {seconds} seconds. "
    "The connection may be slow or the repository large. Submit again later.",
    "noise": "{host} kept sending messages but never sent {repo}. Submit again later.",
    "damaged": "{repo} is damaged: Git rejects an object in it ({words}). {plain}"
    "Run `git fsck` in a clone, fix what it reports, force-push, then submit again.",
}

# Git's messages in the C locale; the first match decides
_WORDS = (
    ("not_found", r"repository '.*' not found|could not read (Username|Password)|Authentication failed"),
    ("not_found", r"requested URL returned error: (40[134]|410|451)"),
    ("moved", r"requested URL returned error: 30\d|unable to update url base from redirection"),
    ("slow_host", r"Operation too slow"),
    ("too_big", r"Out of memory|out of memory|unable to (m?map|create thread)|pack exceeds|File too large"),
    ("too_big", r"index-pack died of signal (25|31)|inflate returned -4|cannot allocate"),
    ("dead_host", r"Could not resolve|Failed to connect|Connection refused|Connection timed out|No route"),
    ("dead_host", r"requested URL returned error: (429|5\d\d)"),
    ("no_git", r"not valid: is this a git repository|invalid server response|expected service, got"),
    (
        "damaged",
        r"fsck error|bad object|invalid (object|index-pack)|pack has bad|pack signature|inflate: data",
    ),
    ("damaged", r"did not send all necessary objects|unresolved delta|protocol error|bad line length"),
    (
        "damaged",
        r"error in (?:commit|tag|tree|blob) |not our ref|did not receive expected|(?:early|unexpected) EOF",
    ),
    (
        "damaged",
        r"bad pack header|remote end hung up|unexpected disconnect|repository corruption|object .* (?:is )?corrupt",
    ),
)
_LIMITS = {"seconds": "slow_host", "disk": "too_big", "messages": "noise", "output": "too_many_refs"}
_KILLED_FOR_SIZE = -25  # SIGXFSZ
# Our disk, or the quota of the uid that fetches. Git also names the pack that it could not write, as for a damaged one.
_OUR_DISK = re.compile(r"No space left on device|Disk quota exceeded|Read-only file system")


def refusal_of(code: str, address: Address, limits: FetchLimits, **more: str) -> FetchRefusedError:
    sentence = SENTENCES[code].format(
        repo=quoted(str(address)),
        host=quoted(address.host),
        megabytes=limits.bytes >> 20,
        entries=f"{limits.entries:,}",
        seconds=f"{limits.seconds:g}",
        **{"plain": "", **more},
    )
    return FetchRefusedError(code, sentence)


def no_branch_refusal(address: Address, branches: list[str]) -> FetchRefusedError:
    wanted = address.branch or ""
    near = nearest(wanted, branches)
    there = f"Did you mean {quoted(near)}?" if near else f"Its branches: {listed(map(quoted, branches))}."
    return FetchRefusedError(
        "no_branch",
        f"{quoted(str(address))} has no branch {quoted(wanted)}. {there} Correct the URL or push the branch.",
    )


def failure_of(ended: Ended, address: Address, limits: FetchLimits) -> FetchRefusedError | FetchError:
    own = [line for line in ended.messages.split("\n") if not line.startswith("remote:")]
    said = " ".join(" ".join(own).split())
    code = _LIMITS.get(ended.limit or "") or _code(said)
    if ended.status == _KILLED_FOR_SIZE and ended.limit is None:
        code = "too_big"
    is_our_disk = _OUR_DISK.search(said) and "remote error: " not in said
    if code is None or (is_our_disk and not ended.limit):
        return FetchError(f"git exited with status {ended.status} for {address}: {cut(visible(said), 200)}")
    refusal = refusal_of(code, address, limits, **_words(said), branch="")
    refusal.fsck_id = fsck_id(said)
    return refusal


def damaged_refusal(complaint: str, address: Address, limits: FetchLimits) -> FetchRefusedError:
    return refusal_of("damaged", address, limits, **_words(complaint))


def _code(words: str) -> str | None:
    return next((code for code, pattern in _WORDS if re.search(pattern, words)), None)


def _words(complaint: str) -> dict[str, str]:
    # Git's ID of the problem, or the start of its message, and plain words for it
    own, plain = own_words(complaint), plain_words(complaint)
    return {"words": own, "plain": f"{plain[0].upper()}{plain[1:]}. " if plain else ""}
