"""Rewrite schema 1 of lab.yaml to schema 2, the only one that the kinds of check know.

The edits are applied to the values when a text is read, and to the text itself when it is upgraded, see `upgrade`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..checks import KINDS as NEW_KINDS
from ..formats.yaml_values import Value
from ..parameters import did_you_mean
from ..problem import Problem
from .edits import Edit, Path
from .refs import Refs
from .words import ANSWERS, COMMIT, KINDS, NESTED, TWO

_MESSAGES_OF_EACH = {**KINDS["commit"].keys, "matches": "message_matches"}


@dataclass
class Rewriting:
    """Edits by their place, existing problems, and the old names of each check's parameters.

    `either` are the places of checks about a ref that schema 1 did not call a branch or a tag, `guesses` what their
    author must review.
    """

    edits: dict[Path, Edit] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    names: dict[int, dict[str, str]] = field(default_factory=dict)
    either: set[int] = field(default_factory=set)
    guesses: list[Problem] = field(default_factory=list)


def rewriting(root: Value) -> Rewriting:
    """Return the edits that turn a text of schema 1 into schema 2."""
    made = Rewriting()
    if not isinstance(root.data, dict):
        return made
    made.edits["schema",] = Edit(writes=True, value=2)
    starter = root.data.get("starter")
    if starter is not None and starter.data is not None:
        made.edits["starter",] = Edit(under="commit")
    checks, refs = root.data.get("checks"), Refs(root)
    for place, check in enumerate(checks.data if checks and isinstance(checks.data, list) else ()):
        if isinstance(check.data, dict):
            _rewrite_check(made, place, check.data, refs)
    return made


def _rewrite_check(made: Rewriting, place: int, check: dict[str, Value], refs: Refs) -> None:
    # A check has one kind. A second one is a problem here, since two old kinds may become one new kind.
    first = ""
    for kind, value in check.items():
        if kind in KINDS and first:
            message = f"a check has exactly one kind, and this one already has {first}"
            made.problems.append(Problem(value.line, kind, message))
            made.edits["checks", place, kind] = Edit(drop=True)
        elif kind in KINDS:
            first = kind
            _Check(made, place, kind, value, refs).rewrite()
        elif kind in NEW_KINDS:
            message = "this kind needs schema 2: run `labcheck upgrade` to rewrite this lab.yaml"
            made.problems.append(Problem(value.line, kind, message))


def in_old_words(problem: Problem, names: Mapping[str, str]) -> Problem:
    """Return a problem of a check with the names that its author typed; `names` are old names by new ones."""
    key = problem.key
    found = next(
        (new for new in sorted(names, key=len, reverse=True) if f"{key}.".startswith(f"{new}.")), None
    )
    if found:
        key = names[found] + key[len(found) :]
    words = {new.rpartition(".")[2]: old.rpartition(".")[2] for new, old in names.items() if "." in new}
    message = re.sub(r"`(\w+)`", lambda match: f"`{words.get(match[1], match[1])}`", problem.message)
    return replace(problem, key=key, message=message)


@dataclass
class _Check:
    """One check while it is rewritten from an old kind to a new one."""

    made: Rewriting
    place: int
    kind: str
    value: Value
    refs: Refs

    def rewrite(self) -> None:
        if self.value.data is not None and not isinstance(self.value.data, dict):
            return
        new, names = KINDS[self.kind]
        if self.kind == "commit" and "each" in self.data:
            new, names = self._each(names)
        ref = self.data.get("ref")
        if self.kind == "points_at" and ref:
            new = self.refs.sort(str(ref.data))
            guess = self.refs.guess(str(ref.data), self.value.line)
            self.made.guesses.extend([guess] if guess else [])
        self._edit((), key=new)
        self._rename((), names, prefix=new)
        special = getattr(self, f"_{self.kind}", None)
        if special:
            special()

    @property
    def data(self) -> dict[str, Value]:
        return self.value.data if isinstance(self.value.data, dict) else {}

    def _edit(self, below: Path, **changes: Any) -> None:
        path = ("checks", self.place, self.kind, *below)
        self.made.edits[path] = replace(self.made.edits.get(path, Edit()), **changes)

    def _problem(self, value: Value, key: str, message: str) -> None:
        self.made.problems.append(Problem(value.line, f"{self.kind}.{key}".rstrip("."), message))

    def _rename(self, below: Path, names: Mapping[str, str], prefix: str) -> None:
        # a key that schema 1 does not know is a problem, and is left out
        data: Mapping[str, Value] = self.data
        for key in below:
            data = data[str(key)].data  # type: ignore[assignment]  # a mapping on the way
        old_prefix = ".".join([self.kind, *map(str, below)])
        told = self.made.names.setdefault(self.place, {})
        told[prefix] = old_prefix
        told |= {
            f"{prefix}.{new}": f"{old_prefix}.{old}" for old, new in names.items() if names.get(new) != new
        }
        for key, value in data.items():
            if key not in names:
                dotted = ".".join([*map(str, below), key])
                self._problem(value, dotted, f"unknown key. {did_you_mean(key, list(names))}")
                self._edit((*below, key), drop=True)
            elif names[key] != key:
                self._edit((*below, key), key=names[key])

    def _each(self, names: dict[str, str]) -> tuple[str, dict[str, str]]:
        # `each: true` of `commit` is the kind `each_commit`
        each = self.data["each"]
        if not isinstance(each.data, bool):
            self._problem(each, "each", "expected true or false")
        if each.data is not True:
            self._edit(("each",), drop=True)
            return "commit", names
        if "at" in self.data:
            self._problem(
                self.data["at"], "at", "selects one commit, so it cannot be combined with each or since"
            )
            self._edit(("at",), drop=True)
        if self.data.keys() <= {"each", "on", "since", "at"}:  # asks for any commit
            self._edit(("each",), key="message_matches", writes=True, value="")
        else:
            self._edit(("each",), drop=True)
        return "each_commit", {**_MESSAGES_OF_EACH, "each": "each"}

    def _points_at(self) -> None:
        if "at" in self.data and self.data["at"].data is not None:
            self.made.either.add(self.place)
        else:
            self._problem(self.value, "at", "is required")

    def _atomic(self) -> None:
        if not self.data.keys() & {"files_at_most", "one_of"}:
            self._problem(self.value, "", "one of files_at_most (at least 1) and one_of is required")
            self._edit((), add={"files_at_most": 1})

    def _messages(self) -> None:
        # it required a blank second line unless told otherwise, and always a subject
        if "blank_second_line" not in self.data:
            self._edit((), add={"blank_second_line": True})
        elif not self.data.keys() & {"matches", "subject_at_most", "forbids"}:
            self._edit((), add={"matches": ""})

    def _merged(self) -> None:
        if "branch" in self.data and isinstance(self.data["branch"].data, list):
            self._problem(self.data["branch"], "branch", "expected the name of a branch or tag, found a list")

    def _merge_order(self) -> None:
        branches = self.data.get("branches")
        if branches and not isinstance(branches.data, list):
            self._problem(branches, "branches", "expected a list")
        self._edit((), add={"by": "merge-commit", "in_order": True})

    def _file(self) -> None:
        exists, absent = self.data.get("exists"), self.data.get("absent")
        for key, value in (("exists", exists), ("absent", absent)):
            if value and value.data is not None and value.data is not True:
                self._problem(value, key, f"expected true, found {str(value.data).lower()}")
        if exists and absent:
            self._problem(absent, "absent", "cannot be combined with exists")
        if absent:
            self._edit(("absent",), writes=True, value=False if absent.data is not None else None)

    def _object(self) -> None:
        for (_, key), names in NESTED.items():
            if key in self.data and isinstance(self.data[key].data, dict):
                self._rename((key,), names, prefix=f"object.{key}")

    def _answer(self) -> None:
        equals = self.data.get("equals")
        if equals is None or not isinstance(equals.data, dict):
            return
        for name, given in equals.data.items():
            names, below = ANSWERS.get(name), ("equals", name)
            if names is None:
                continue
            if isinstance(given.data, dict):
                self._rename(below, names, prefix=f"answer.equals.{name}")
                if names is TWO and "other" not in given.data:
                    self._problem(given, f"equals.{name}.other", "is required")
                if names is COMMIT and list(given.data) == ["of"]:
                    self._edit(below, alone=True)
            elif given.data is not None and len(names) > 1:
                self._edit(below, under=next(iter(names.values())))
