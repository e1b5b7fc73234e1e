"""Schema 1 of lab.yaml: its words, and how they are said in schema 2, which alone the kinds know.

`rewriting` lists the edits that make one of the other. They are applied to values when a text is read, see `applied`,
and to the text itself when it is upgraded, see `upgrade`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .checks import KINDS as NEW_KINDS
from .parameters import did_you_mean
from .yaml_values import Problem, Value

Path = tuple[str | int, ...]


class OldKind(NamedTuple):
    """The name of a kind in schema 2, and those of its parameters by the old ones."""

    kind: str
    keys: dict[str, str]


@dataclass(frozen=True)
class Edit:
    """What changes at a place of the old text: a key, a value, or what a mapping holds.

    `key` is its new name. `value`, where `writes` is set, stands instead of the value. `add` are further keys of the
    mapping, `under` the key that a single value gets, `alone` says that the value of the only key stands alone, and
    `drop` that the key goes away.
    """

    key: str | None = None
    writes: bool = False
    value: object = None
    add: Mapping[str, object] = field(default_factory=dict)
    under: str = ""
    alone: bool = False
    drop: bool = False


@dataclass
class Rewriting:
    """The edits by their place, what was wrong already, and for each check how its new names were called.

    `either` are the places of checks about a ref that schema 1 did not call a branch or a tag.
    """

    edits: dict[Path, Edit] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    names: dict[int, dict[str, str]] = field(default_factory=dict)
    either: set[int] = field(default_factory=set)


def _names(words: str) -> dict[str, str]:
    """Old names and new ones from `old>new same`."""
    return {old: new or old for old, _, new in (word.partition(">") for word in words.split())}


def _kind(name: str, words: str) -> tuple[str, OldKind]:
    old, _, new = name.partition(">")
    return old, OldKind(new or old, _names(words))


KINDS: dict[str, OldKind] = dict(
    (
        _kind("readable", ""),
        _kind("commits", "branch>on at_least exactly at_most since"),
        _kind("commit", "at on since subject matches each touches author committer parents signed empty"),
        _kind("history", "on since subjects match>matches line in_order"),
        _kind("atomic>each_commit", "on since files_at_most one_of"),
        _kind("messages>each_commit", "branch>on matches subject_at_most forbids blank_second_line"),
        _kind("authors", "branch>on at_least by"),
        _kind("branch", "name exists"),
        _kind("branches", "exactly"),
        _kind("points_at>branch", "ref>name at"),
        _kind("start", "branch>name at of>from"),
        _kind("ahead_behind", "branch>name of>from ahead behind"),
        _kind("merged", "branch>name into by"),
        _kind("merge_order>merged", "branches>name into"),
        _kind("rebased", "branch>name onto patches>subjects patches_of>from"),
        _kind("cherry_picked", "commits onto>on in_order"),
        _kind("reverted", "commits on in_order"),
        _kind("amended", "parent subject commit>at branch>on"),
        _kind("gone", "subject matches commit>at on everywhere"),
        _kind("tag", "name annotated on message>matches at exists"),
        _kind("file", "path at exists absent>exists contains matches lacks equals lines executable"),
        _kind("renamed", "path was>from on similar_at_least"),
        _kind("data", "path value at format equals at_least at_most matches exists"),
        _kind("ignored", "path at ignored"),
        _kind("attributes", "path has at"),
        _kind("line_endings", "path are at"),
        _kind("lfs", "path at"),
        _kind("purged", "path"),
        _kind("answer", "path equals one_of line key at"),
        _kind("csv", "path at columns exactly rows_at_least rows_at_most separator"),
        _kind("notebook", "path at outputs executed"),
        _kind("object", "blob tree commit tag"),
        _kind("submodule", "path at commit url>matches"),
        _kind("subtree", "path of>from at at_least"),
        _kind("no_conflict_markers", "at"),
        _kind("no_large_files", "over"),
        _kind("no_secrets", ""),
        _kind("run", "at seconds command exit prints>matches stdin writes files since"),
        _kind("tests", "at seconds code call_seconds"),
        _kind("own_tests", "at seconds path catches_at_least reference variants equivalents command"),
        _kind("build", "at seconds imports"),
        _kind(
            "workflow",
            "path at starts_on not_on order stages artifacts permissions pinned no_secret_echoed no_injection matrix "
            "cache timeout_minutes concurrency reusable delivery environment branch>on",
        ),
        _kind(
            "dockerfile",
            "path at base_pinned not_root no_secrets dependencies_first dockerignore exposes healthcheck cmd",
        ),
        _kind("python_package", "path at import_name>imports tests_found versions_pinned"),
    )
)
NESTED = {
    ("object", "commit"): _names("parents ancestors rhombus message>matches"),
    ("object", "tag"): _names("of>marks message>matches"),
}
_COMMIT, _TWO, _PATH = _names("of>at"), _names("one>from other>at"), _names("path at")
ANSWERS = {
    **dict.fromkeys(("id_of", "subject_of", "author_of", "date_of"), _COMMIT),
    **dict.fromkeys(("files_of", "count_of", "tags_on", "describe_of"), _COMMIT),
    "branches": {},
    "tags": {},
    **dict.fromkeys(("count_between", "files_between", "merge_base_of"), _TWO),
    **dict.fromkeys(("sum_in", "object_of", "ignore_rule_of"), _PATH),
    "value_in": _names("path at line matches value"),
    "lines_only_in": _names("path at not_at>from"),
    "first_match": _names("path matches on"),
}
_MESSAGES_OF_EACH = {**KINDS["commit"].keys, "matches": "message_matches"}


def rewriting(root: Value) -> Rewriting:
    """What makes a text of schema 1 one of schema 2."""
    made = Rewriting()
    if not isinstance(root.data, dict):
        return made
    made.edits["schema",] = Edit(writes=True, value=2)
    starter = root.data.get("starter")
    if starter is not None and starter.data is not None:
        made.edits["starter",] = Edit(under="commit")
    checks = root.data.get("checks")
    for place, check in enumerate(checks.data if checks and isinstance(checks.data, list) else ()):
        if isinstance(check.data, dict):
            _rewrite_check(made, place, check.data)
    return made


def _rewrite_check(made: Rewriting, place: int, check: dict[str, Value]) -> None:
    """A check has one kind; whatever else could be one is a problem here, since two old ones may be one new."""
    first = ""
    for kind, value in check.items():
        if kind in KINDS and first:
            message = f"a check has one kind, and {first} is there already"
            made.problems.append(Problem(value.line, kind, message))
            made.edits["checks", place, kind] = Edit(drop=True)
        elif kind in KINDS:
            first = kind
            _Check(made, place, kind, value).rewrite()
        elif kind in NEW_KINDS:
            message = "is a kind of schema 2, and this text is of schema 1: `labcheck upgrade` rewrites it"
            made.problems.append(Problem(value.line, kind, message))


def applied(value: Value, edits: Mapping[Path, Edit], path: Path = ()) -> Value:
    """The value that a text has once it is edited. Lines stay those of the text as it is."""
    edit = edits.get(path, Edit())
    data = value.data
    if edit.writes:
        return replace(value, data=edit.value)  # type: ignore[arg-type]
    if isinstance(data, list):
        data = [applied(item, edits, (*path, place)) for place, item in enumerate(data)]
    elif isinstance(data, dict):
        data = dict(_entries(data, edits, path))
    if edit.under:
        data = {edit.under: replace(value, data=data)}
    elif edit.alone and isinstance(data, dict):
        data = next(iter(data.values())).data
    if edit.add:
        added = {key: Value(value.line, item) for key, item in edit.add.items()}  # type: ignore[arg-type]
        data = {**(data if isinstance(data, dict) else {}), **added}
    return replace(value, data=data)


def _entries(data: dict[str, Value], edits: Mapping[Path, Edit], path: Path) -> Iterator[tuple[str, Value]]:
    for key, item in data.items():
        edit = edits.get((*path, key), Edit())
        if not edit.drop:
            yield edit.key or key, applied(item, edits, (*path, key))


def in_old_words(problem: Problem, names: Mapping[str, str]) -> Problem:
    """A problem of a check with the names that its author typed; `names` are the old ones by the new ones."""
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
    """One check on its way from an old kind to a new one."""

    made: Rewriting
    place: int
    kind: str
    value: Value

    def rewrite(self) -> None:
        if self.value.data is not None and not isinstance(self.value.data, dict):
            return
        new, names = KINDS[self.kind]
        if self.kind == "commit" and "each" in self.data:
            new, names = self._each(names)
        self._edit((), key=new)
        self._rename((), names, prefix=new)
        special = getattr(self, f"_{self.kind}", None)
        if special:
            special()

    @property
    def data(self) -> dict[str, Value]:
        return self.value.data if isinstance(self.value.data, dict) else {}

    def _edit(self, below: Path, **changes: object) -> None:
        path = ("checks", self.place, self.kind, *below)
        self.made.edits[path] = replace(self.made.edits.get(path, Edit()), **changes)  # type: ignore[arg-type]

    def _problem(self, value: Value, key: str, message: str) -> None:
        self.made.problems.append(Problem(value.line, f"{self.kind}.{key}".rstrip("."), message))

    def _rename(self, below: Path, names: Mapping[str, str], prefix: str) -> None:
        """Renames the keys of a mapping; one that schema 1 does not know is a problem, and is left out."""
        data: Mapping[str, Value] = self.data
        for key in below:
            data = data[str(key)].data  # type: ignore[assignment]
        old_prefix = ".".join([self.kind, *map(str, below)])
        told = self.made.names.setdefault(self.place, {})
        told[prefix] = old_prefix
        told |= {
            f"{prefix}.{new}": f"{old_prefix}.{old}" for old, new in names.items() if names.get(new) != new
        }
        for key, value in data.items():
            if key not in names:
                dotted = ".".join([*map(str, below), key])
                self._problem(value, dotted, f"is not a key here. {did_you_mean(key, list(names))}")
                self._edit((*below, key), drop=True)
            elif names[key] != key:
                self._edit((*below, key), key=names[key])

    def _each(self, names: dict[str, str]) -> tuple[str, dict[str, str]]:
        """`each: true` of `commit` is the kind `each_commit`."""
        each = self.data["each"]
        if not isinstance(each.data, bool):
            self._problem(each, "each", "true or false is expected")
        if each.data is not True:
            self._edit(("each",), drop=True)
            return "commit", names
        if "at" in self.data:
            self._problem(self.data["at"], "at", "names one commit, so each and since cannot stand beside it")
            self._edit(("at",), drop=True)
        if self.data.keys() <= {"each", "on", "since", "at"}:  # asks for a commit, whatever it is
            self._edit(("each",), key="message_matches", writes=True, value="")
        else:
            self._edit(("each",), drop=True)
        return "each_commit", {**_MESSAGES_OF_EACH, "each": "each"}

    def _points_at(self) -> None:
        if "at" in self.data and self.data["at"].data is not None:
            self.made.either.add(self.place)
        else:
            self._problem(self.value, "at", "is missing")

    def _atomic(self) -> None:
        if not self.data.keys() & {"files_at_most", "one_of"}:
            self._problem(self.value, "", "one of files_at_most (at least 1) and one_of is needed")
            self._edit((), add={"files_at_most": 1})

    def _messages(self) -> None:
        """It asked for a blank second line unless told otherwise, and always for a subject."""
        if "blank_second_line" not in self.data:
            self._edit((), add={"blank_second_line": True})
        elif not self.data.keys() & {"matches", "subject_at_most", "forbids"}:
            self._edit((), add={"matches": ""})

    def _merged(self) -> None:
        if "branch" in self.data and isinstance(self.data["branch"].data, list):
            self._problem(
                self.data["branch"], "branch", "the name of a branch or tag is expected, found a list"
            )

    def _merge_order(self) -> None:
        branches = self.data.get("branches")
        if branches and not isinstance(branches.data, list):
            self._problem(branches, "branches", "a list is expected")
        self._edit((), add={"by": "merge-commit", "in_order": True})

    def _file(self) -> None:
        exists, absent = self.data.get("exists"), self.data.get("absent")
        for key, value in (("exists", exists), ("absent", absent)):
            if value and value.data is not None and value.data is not True:
                self._problem(value, key, f"true is expected, found {str(value.data).lower()}")
        if exists and absent:
            self._problem(absent, "absent", "cannot stand beside exists")
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
                if names is _COMMIT and list(given.data) == ["of"]:
                    self._edit(below, alone=True)
            elif given.data is not None and len(names) > 1:
                self._edit(below, under=next(iter(names.values())))
