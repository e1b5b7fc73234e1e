"""Credentials in the messages of commits and annotated tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ...formats.secrets import Rule, find_secrets, masked
from ...git.history import Commit
from ...git.refs import BRANCHES, TAGS
from ...git.tags import Tag
from ...report import Evidence
from ...words import quoted, size
from .base import Run, Verdict, needs_work
from .fixes import in_place, move_tag, rewrite_branch
from .removal import refs_containing
from .rewriting import allow_empty
from .shell import Line, paragraphs

MAX_BYTES = 32 << 20
BATCH = 500  # messages that are searched as one text, since few contain a credential
_BETWEEN = "\n\0\n"


@dataclass(frozen=True)
class MessageLeak:
    """A credential in the message of a commit or of a tag."""

    rule: Rule
    written: Commit | Tag


@dataclass(frozen=True)
class Messages:
    """Number of messages read, the first credential found, and what was not read, in words."""

    number: int
    leak: MessageLeak | None = None
    unread: tuple[str, ...] = ()


def read_messages(run: Run) -> Messages:
    """Look for credentials in the messages of all tags and the learner's commits, up to 32 MB of them."""
    waiting = _walk_messages(run)
    number = length = 0
    while batch := list(islice(waiting, BATCH)):
        if length > MAX_BYTES:
            return Messages(number, unread=(f"messages beyond the first {size(MAX_BYTES)}",))
        texts = [each.message or "" for each in batch]
        number, length = number + len(texts), length + sum(map(len, texts))
        if leak := _first_leak(batch, texts):
            return Messages(number, leak)
    return Messages(number)


def _first_leak(batch: list[Commit | Tag], texts: list[str]) -> MessageLeak | None:
    if not any(find_secrets(_BETWEEN.join(texts))):
        return None
    pairs = zip(batch, texts, strict=True)
    return next((MessageLeak(found.rule, each) for each, text in pairs for found in find_secrets(text)), None)


def _walk_messages(run: Run) -> Iterator[Commit | Tag]:
    repository = run.repository
    given = repository.history.ancestors_of(run.starters) if run.starters else ()
    yield from (commit for commit in repository.history if commit.id not in given)
    tags = map(repository.tag, repository.tags)
    yield from (tag for tag in tags if tag.message is not None)


def message_verdict(run: Run, leak: MessageLeak) -> Verdict:
    rule, written = leak.rule, leak.written
    if isinstance(written, Tag):
        ref, where = written.ref, f"tag {quoted(written.ref.removeprefix(TAGS))}"
        remedy = "replace the tag with one that has a different message"
    else:
        ref, where = next(iter(refs_containing(run.repository, written.id))), f"commit {written.id[:7]}"
        remedy = "reword the commit"
    return needs_work(
        f"{rule.name[0].upper()}{rule.name[1:]} is in the message of {where}. The value is not shown here. "
        f"First {rule.remedy}, then {remedy}. Staff were not shown the value.",
        expected="no credential in a commit or tag message",
        found=f"{rule.name} in the message of {where}",
        fix=paragraphs(
            f"Do this first, since anyone with a copy can use it: {rule.remedy}.", _fix(run, written, ref)
        ),
        evidence=[Evidence(ref=ref, commit=written.id)],
    )


def _fix(run: Run, written: Commit | Tag, ref: str) -> str:
    message = re.sub(r"\*{8,}", "REVOKED", masked(written.message or ""))
    if isinstance(written, Tag):
        return move_tag(written, written.id, message=message)
    name = ref.removeprefix(BRANCHES).removeprefix(TAGS)
    tip = run.repository.branch(name) if ref.startswith(BRANCHES) else None
    if tip is None:
        return f"Delete the tag {quoted(name)}, which contains the commit, and tag a commit that does not."
    amend: Line = ["git", "commit", "--amend", *allow_empty(run, [written]), "-m", message]
    if tip.commit.id == written.id:
        return rewrite_branch(run, tip, amend, oldest=written.id)
    return rewrite_branch(
        run, tip, *in_place(written.id, name, amend=amend), oldest=written.id, stops="rebase"
    )
