"""Recognise commit messages written by Git or GitHub rather than by the learner."""

import re
from collections.abc import Callable, Collection

_MERGE = re.compile(
    r"Merge (?:(?:remote-tracking )?branch(?:es)?|commits?|tags?) '"
    r"|Merge (?:branch|commit|tag) [^\s']+(?: into \S+)?$"
    r"|Merge [0-9a-f]{40,64} into [0-9a-f]{40,64}$"
    r"|Merge pull request #\d+ from \S+$"
    r"|Merged PR \d+: "
    r"|Merged in \S+ \(pull request #\d+\)$"
)
_QUOTE = re.compile(r'(?:Revert|Reapply) "(.*)"$')
_BEFORE = re.compile(r"(?:(?:fixup|squash|amend)! )+")
_NUMBER = re.compile(r" \(#\d+\)$")
_UNDOES = re.compile(
    r"^This reverts (?:commits? |merge commit )?[0-9a-f]{7,64}|^This reverts commit|^Reverts \S*#\d+",
    re.MULTILINE,
)
_SQUASHED = re.compile(r"Squashed commit of the following:\n\ncommit [0-9a-f]{40,64}\n")


def own_subject(subject: str) -> str:
    """Return the part of a subject that a person wrote, without `fixup! ` before it or ` (#12)` after it.

    GitHub appends the number of the pull request to the subject of a squash merge.
    """
    return without_number(_BEFORE.sub("", subject, count=1) if _BEFORE.match(subject) else subject)


def without_number(subject: str) -> str:
    return _NUMBER.sub("", subject)


def is_by_git(message: str, subjects: Collection[str], *, is_merge: bool) -> bool:
    """True if Git or GitHub wrote the message: of a merge, a revert, or `git merge --squash`.

    `subjects` are those of the other commits: a message that claims to revert something else was written by hand.
    """
    subject = message.split("\n", 1)[0].rstrip("\r")
    if is_merge and _MERGE.match(subject):
        return True
    if _SQUASHED.match(message.replace("\r\n", "\n")):
        return True
    quoted = quoted_subject(subject)
    return quoted is not None and (quoted in subjects or bool(_UNDOES.search(message)))


def quoted_subject(subject: str) -> str | None:
    # of `Revert "..."` or `Reapply "..."`
    match = _QUOTE.match(without_number(subject))
    return match[1] if match else None


def fits_itself(message: str, search: Callable[[str], object]) -> bool:
    # not just a quoted subject: `Break`, but not `Revert "Break"`
    if not search(message):
        return False
    subject = message.split("\n", 1)[0].rstrip("\r")
    inner = quoted_subject(subject)
    if inner is None and _BEFORE.match(subject):
        inner = _BEFORE.sub("", subject, count=1)
    return inner is None or not search(inner)
