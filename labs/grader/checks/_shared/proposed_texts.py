"""Suggest texts in fixes: one that matches a pattern, and a subject that describes a commit."""

import posixpath
import re
from collections.abc import Callable, Iterable
from itertools import product

from ...git.history import Commit
from ...git.repository import Repository
from ...words import cut, decoded

MAX_SUBJECT = 50
_ANCHORS = re.compile(r"\\[AZbB]|^\(\?[aimsx]+\)|^\^|(?<!\\)\$$")
_SPECIAL = re.compile(r"(?<!\\)[.^$*+?{}\[\]()|]|\\[a-zA-Z0-9]")
_TYPES = ("feat", "fix", "docs", "chore", "test", "refactor")
_NUMBERS = ("#1", "(#1)", "LAB-1", "1")


def fitting(pattern: str, *candidates: str) -> str:
    """Return the first text that matches: a candidate, or one with the words of the pattern; "" if none does."""
    words = [*filter(None, map(_plain, _alternatives(pattern))), *examples(pattern)[:1]]
    mixed = (text for word, one in product(words, candidates) for text in (f"{word} {one}", f"{one} {word}"))
    return next((text for text in (*candidates, *words, *mixed) if _found(pattern, text)), "")


def subject_for(repository: Repository, commit: Commit, fits: Callable[[str], bool]) -> str:
    """Return a subject that describes the commit and satisfies `fits`; "" if none is found."""
    done = _deed(repository, commit)
    small = done[0].lower() + done[1:]
    own = commit.subject.strip()
    better = own[:1].upper() + own[1:]
    plain = [*([better] if len(better) > 10 else []), done, small, f"{done}.", f"{small}."]
    typed = [f"{word}: {text}" for word in _TYPES for text in (small, done)]
    scope = [f"{word}({_scope(repository, commit)}): {small}" for word in _TYPES]
    numbered = [
        text for number in _NUMBERS for text in (f"{number} {done}", f"{number}: {done}", f"{done} {number}")
    ]
    return next(filter(fits, [*plain, *typed, *scope, *numbered]), "")


def examples(pattern: str) -> list[str]:
    """Return up to nine texts that match a simple pattern of digits, classes such as `[ab]`, and `.+`."""
    found = (_example(pattern, number) for number in range(1, 10))
    return [text for text in dict.fromkeys(found) if text and re.search(pattern, text)]


def _example(pattern: str, number: int) -> str:
    # each class becomes its nth character
    text = _ANCHORS.sub("", _ANCHORS.sub("", next(iter(_alternatives(pattern)))))
    text = re.sub(r"\\d(?:[+*]|\{\d+\})?", str(number), text)
    text = re.sub(r"\[([^\]^\\]+)\](?:[+*]|\{\d+\})?", lambda found: _one_of(found[1], number), text)
    text = re.sub(
        r"(?:(?<!\\)\.|\\w|\\S)(?:[+*]|\{[\d,]+\})", "next" if number == 1 else f"next{number}", text
    )
    text = text.replace(r"\s+", " ").replace(r"\s", " ").replace(" +", " ")
    return "" if _SPECIAL.search(text) else re.sub(r"\\(.)", r"\1", text)


def _one_of(signs: str, number: int) -> str:
    if signs[1:2] == "-" and len(signs) >= 3:
        return chr(ord(signs[0]) + number - 1)
    return signs[min(number, len(signs)) - 1]


def literal(pattern: str) -> str:
    """Return the text that the pattern matches literally; "" if it has special characters."""
    return next(filter(None, map(_plain, _alternatives(pattern))), "")


def _alternatives(pattern: str) -> Iterable[str]:
    return re.split(r"(?<!\\)\|", pattern)


def _plain(pattern: str) -> str:
    bare = _ANCHORS.sub("", _ANCHORS.sub("", pattern))
    return "" if _SPECIAL.search(bare) else re.sub(r"\\(.)", r"\1", bare)


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _deed(repository: Repository, commit: Commit) -> str:
    changes = repository.change_of(commit)
    if not changes:
        return "Start the project" if not commit.parents else "Describe the change"
    path, (old, new) = next(iter(sorted(changes.items())))
    verb = "Add" if old is None else "Remove" if new is None else "Change"
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return cut(f"{verb} {posixpath.basename(decoded(path))}", MAX_SUBJECT - len(more)) + more


def _scope(repository: Repository, commit: Commit) -> str:
    paths = sorted(map(decoded, repository.change_of(commit)))
    return re.sub(r"\W", "", posixpath.splitext(posixpath.basename(paths[0]))[0]).lower() if paths else "repo"
