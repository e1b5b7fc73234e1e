"""Generate the reference of the kinds of check in `docs` from the code: `python -m labs.grader.reference DOCS`."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from . import documentation
from .checks import KINDS
from .schema_1.words import ANSWERS, NESTED
from .schema_1.words import KINDS as OLD_KINDS

CHECK_KEYS = {
    "id": "the name of the check in `needs` and `expect`; keep it when you reword the check",
    "says": "a statement that should be true",
    "points": "from 0 to 1,000",
    "needs": "IDs of earlier checks; this one is not run unless they pass",
    "teaches": "`plumbing` shows exact commands, `skill` only the fix that you write; `plumbing` by default",
    "fix": "what to do, in place of the kind's own commands",
    "hint": "shown once the check has needed work in two submissions",
    "lesson": "where to read about it, such as `git-basics#committing`",
    "skills": "names of the skills that it proves, such as `[branching]`; the portal shows them to learners",
}
SCENARIO_KEYS = {
    "name": "one line, unique in the lab",
    "steps": "the steps that build the repository, in order",
    "expect": "`passed`, `needs work` or `not run` for each check ID; `others` for all that are not named",
    "after": "an earlier scenario whose steps come first",
    "learner": "`name` and `email` of the learner, for checks of authors",
}
VOCABULARY = {
    "name": "the branch or tag to check; for `merged` also a list of branches",
    "on": "the branch whose history is checked, `main` by default",
    "at": "one commit, by any name: `main~2`, `v1.0^2`, `main^{/Fix the sum}` or a full commit ID",
    "since": "a commit: check all commits after it, regardless of author, instead of only the learner's",
    "from": "what to compare with: a different branch, an older tip, the path before a rename",
    "into": "the branch to merge into",
    "onto": "the base of a rebase",
    "matches": "a regular expression; it may match anywhere in the text unless the kind says otherwise",
    "exists": "`false` requires that it does not exist",
}


def checks_page() -> str:
    return "\n".join(_page()) + "\n"


def with_tables(page: str) -> str:
    """Return `docs/labs.md` with current tables of the kinds and of the names in schema 1."""
    return _with_table(_with_table(page, "kinds", _kinds()), "schema 1", _renames())


def _with_table(page: str, name: str, lines: Iterable[str]) -> str:
    begin, end = f"<!-- {name}, made by labs.grader.reference -->\n", "<!-- end -->\n"
    before, _, rest = page.partition(begin)
    _, _, behind = rest.partition(end)
    return f"{before}{begin}" + "\n".join(lines) + f"\n{end}{behind}"


def _kinds() -> Iterator[str]:
    yield from ("| about | kinds |", "|---|---|")
    for about in dict.fromkeys(kind.about for kind in KINDS.values()):
        names = [f"`{name}`" for name, kind in KINDS.items() if kind.about == about]
        yield f"| {about} | {' '.join(names)} |"


def _page() -> Iterator[str]:
    yield "# The kinds of check"
    yield ""
    yield "This page is generated from the code; `labcheck explain KIND` prints the same text. See [labs.md](labs.md)"
    yield "for how to write a lab."
    yield ""
    yield "Each check has these keys, and one that names its kind:"
    yield ""
    yield from _table("key", CHECK_KEYS)
    yield ""
    yield "These parameters have the same meaning in every kind:"
    yield ""
    yield from _table("parameter", VOCABULARY)
    for kind in documentation.of_kinds():
        yield from ("", f"## {kind.name}", "", kind.line, *(["", kind.more] if kind.more else []), "")
        if "\n" in kind.example:
            yield from ("```yaml", kind.example.rstrip(), "```", "")
        yield from _list(kind.parameters) or ["This kind takes no parameters."]
        yield from _values(kind)
    yield from ("", "## Scenarios", "", *_table("key", SCENARIO_KEYS), "", "## Steps of scenarios")
    for step in documentation.of_steps():
        yield from ("", step.line, *(["", step.more] if step.more else []), *_list(step.parameters))
    yield from ("", "Each step that creates a commit also takes these parameters:")
    yield from _list(documentation.shared_by_steps())


def _table(noun: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield from (f"| {noun} | meaning |", "|---|---|")
    yield from (f"| `{name}` | {_cell(means)} |" for name, means in meanings.items())


def _list(parameters: Iterable[tuple[str, str]]) -> list[str]:
    return [f"- `{key}`: {means}" for key, means in parameters]


def _values(kind: documentation.Documentation) -> Iterator[str]:
    rows = [f"| `{name}` | {_cell(asks)} | {' '.join(keys) or 'none'} |" for name, asks, keys in kind.values]
    if rows:
        yield from ("", "| value | requires | parameters |", "|---|---|---|", *rows)


def _renames() -> Iterator[str]:
    yield from ("| schema 1 | schema 2 |", "|---|---|")
    for old, new in OLD_KINDS.items():
        changed = {f"{key}:": f"{name}:" for key, name in new.keys.items() if key != name}
        if old in _WRITTEN:
            yield from (f"| `{before}` | `{after}` |" for before, after in _WRITTEN[old])
        elif changed or old != new.kind:
            yield _row(old, new.kind, changed)
    for (kind, part), names in NESTED.items():
        changed = {f"{key}:": f"{name}:" for key, name in names.items() if key != name}
        yield _row(f"{kind}: {part}", f"{kind}: {part}", changed)
    for name, names in ANSWERS.items():
        changed = {f"{key}:": f"{new}:" for key, new in names.items() if key != new}
        if changed and len(names) > 1:  # a single value is written without its key
            yield _row(f"answer: {name}", f"answer: {name}", changed)


def _row(old: str, new: str, changed: dict[str, str]) -> str:
    return f"| {_said(old, list(changed))} | {_said(new, list(changed.values()))} |"


def _said(kind: str, keys: list[str]) -> str:
    return f"`{kind}`" + (f" {' '.join(f'`{key}`' for key in keys)}" if keys else "")


_WRITTEN = {
    "commit": [("commit: {each: true, matches: x}", "each_commit: {message_matches: x}")],
    "messages": [("messages: {branch: a}", "each_commit: {on: a, blank_second_line: true}")],
    "points_at": [("points_at: {ref: a, at: b}", "branch: {name: a, at: b}` or `tag: {name: a, at: b}")],
    "merge_order": [
        ("merge_order: {branches: [a, b]}", "merged: {name: [a, b], by: merge-commit, in_order: true}")
    ],
    "file": [("file: {path: a, absent: true}", "file: {path: a, exists: false}")],
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write(docs: Path) -> None:
    (docs / "checks.md").write_text(checks_page(), encoding="utf-8")
    labs = docs / "labs.md"
    labs.write_text(with_tables(labs.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
