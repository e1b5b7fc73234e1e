"""GitHub's globs and filters: short examples of the rules, with a second implementation as the oracle."""

import re

import pytest

from labs.grader.findings import Place
from labs.grader.workflows.filters import Moment, matches, selects, starts
from labs.grader.workflows.model import Trigger

YES = [
    ("main", "main"),
    ("releases/**", "releases/beta/3"),
    ("releases/**-alpha", "releases/beta/3-alpha"),
    ("*", "main"),
    ("**", "a/b/c"),
    ("*feature", "ver-10-feature"),
    ("v2*", "v2.9"),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1"),
    ("v[12].[0-9]+.[0-9]+", "v2.0.0"),
    ("*.jsx?", "page.js"),
    ("*.jsx?", "page.jsx"),
    ("**/docs/**", "a/docs/b.md"),
    ("**.js", "src/js/app.js"),
    ("[CB]at", "Bat"),
    (r"a\*b", "a*b"),
    ("ab+", "abbb"),
    ("", ""),
]
NO = [
    ("main", "mainly"),
    ("*", "a/b"),
    ("releases/*", "releases/a/b"),
    ("v[12].[0-9]+.[0-9]+", "v3.1.0"),
    ("*.jsx?", "page.jsxx"),
    ("[CB]at", "cat"),
    (r"a\*b", "axb"),
    ("ab+", "a"),
    ("Main", "main"),
]


# The whole table "Filter pattern cheat sheet" of GitHub's documentation: patterns, what they match, what they do not.
CHEAT_SHEET = """
feature/* | feature/my-branch feature/your-branch | feature/beta-a/my-branch feature
feature/** | feature/beta-a/my-branch feature/your-branch feature/mona/the/octocat | feature main
main releases/mona-the-octocat | main releases/mona-the-octocat | releases/mona mainly
* | main releases | all/the/branches
** | all/the/branches every/tag |
*feature | mona-feature feature ver-10-feature | mona/feature features
v2* | v2 v2.0 v2.9 | v1 av2
v[12].[0-9]+.[0-9]+ | v1.10.1 v2.0.0 | v3.1.0 v1.10 v1.a.0
* | README.md server.rb | docs/README.md
*.jsx? | page.js page.jsx | page.jsxx a/page.js
** | all/the/files.md |
*.js | app.js index.js | js/app.js
**.js | index.js js/index.js src/js/app.js | index.jsx
docs/* | docs/README.md docs/file.txt | docs/mona/octocat.txt a/docs/file.txt
docs/** | docs/README.md docs/mona/octocat.txt | docs a/docs/file.txt
docs/**/*.md | docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md | docs/file.txt docsREADME.md a/docs/b.md
**/docs/** | docs/hello.md dir/docs/my-file.txt space/docs/plan/space.doc /docs/hello.md | mydocs/a dir/documents/a docs
**/README.md | README.md js/README.md a/b/README.md | MYREADME.md js/README.md/a a/README.mdx
**/*src/** | a/src/app.js my-src/code/js/app.js src/js/a | source/app.js src a/srcs/b
**/*-post.md | my-post.md path/their-post.md -post.md | post.md my-post.md/a
**/migrate-*.sql | migrate-10909.sql db/migrate-v1.0.sql db/sept/migrate-v1.sql | migrate.sql db/my-migrate-1.sql
*.md !README.md | hello.md | README.md docs/hello.md
*.md !README.md README* | hello.md README.md README.doc | docs/README.md
**/*.js | x.js a/x.js a/b/x.js | x.jsx x/js
a/**/b | a/b a/x/b a/x/y/b | ab a/xb a/x/yb b
a/**/**/b | a/b a/x/b a/x/y/b | ab a/xb
**/**/a | a b/a c/b/a | ba
**/a/**/b | a/b x/a/y/b | xa/b a/xb
a**/b | a/b ax/b a/x/b | b a
!**/docs/** ** | docs/a b |
** !**/docs/** | a/b docs | docs/a x/docs/a
"""


def test_every_row_of_the_documented_table_selects_what_it_says():
    rows = [line.split("|") for line in CHEAT_SHEET.strip().split("\n")]
    wanted = [
        (patterns.strip(), name, answer)
        for patterns, yes, no in rows
        for names, answer in ((yes, True), (no, False))
        for name in names.split()
    ]
    assert [(row, name) for row, name, answer in wanted if selects(row.split(), name) is not answer] == []


@pytest.mark.parametrize(("pattern", "name"), YES)
def test_a_pattern_matches(pattern, name):
    assert matches(pattern, name)


@pytest.mark.parametrize(("pattern", "name"), NO)
def test_a_pattern_does_not_match(pattern, name):
    assert not matches(pattern, name)


def as_regex(pattern):
    text = "".join(f"[^/]{'{0,}'}" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
    return re.compile(text)


@pytest.mark.parametrize("name", ["", "a", "ab", "a/b", "aab", "b/a"])
def test_every_short_pattern_agrees_with_a_regex(name):
    alphabet = ["a", "b", "/", "*"]
    for pattern in (x + y + z for x in ["", *alphabet] for y in ["", *alphabet] for z in ["", *alphabet]):
        if "**" not in pattern:
            assert matches(pattern, name) == bool(as_regex(pattern).fullmatch(name)), pattern


@pytest.mark.parametrize("piece", ["a?", "a+", "*", "**", "[a-z]?", "*a", "**/", "**/*"])
def test_a_pathological_pattern_ends(piece):
    assert not matches(piece * 3000 + "!", "a" * 60)


@pytest.mark.parametrize(
    ("patterns", "name", "selected"),
    [
        (["releases/**", "!releases/**-alpha"], "releases/10-alpha", False),
        (["releases/**", "!releases/**-alpha"], "releases/10", True),
        (["!releases/**-alpha", "releases/**"], "releases/10-alpha", True),
        (["!main"], "dev", False),
        (["**", "!main"], "dev", True),
        (["**", "!main"], "main", False),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns, name, selected):
    assert selects(patterns, name) is selected


PUSH, PR, TAG = Moment("push", "main"), Moment("pull_request", "main"), Moment("push", tag="v1.0")


@pytest.mark.parametrize(
    ("event", "filters", "moment", "answer"),
    [
        ("push", {}, PUSH, True),
        ("push", {}, TAG, True),
        ("push", {}, PR, False),
        ("push", {"branches": ("main",)}, PUSH, True),
        ("push", {"branches": ("main",)}, TAG, False),
        ("push", {"tags": ("v*",)}, TAG, True),
        ("push", {"tags": ("v*",)}, PUSH, False),
        ("push", {"tags": ("v*",), "branches": ("main",)}, PUSH, True),
        ("push", {"branches_ignore": ("main",)}, PUSH, False),
        ("push", {"branches_ignore": ("dev",)}, PUSH, True),
        ("push", {"branches_ignore": ("dev",)}, TAG, False),
        ("push", {"tags_ignore": ("v1*",)}, TAG, False),
        ("push", {"paths": ("src/**",)}, PUSH, True),
        ("push", {"paths": ("src/**",)}, Moment("push", "main", path="docs/a.md"), False),
        ("push", {"paths_ignore": ("docs/**",)}, Moment("push", "main", path="docs/a.md"), False),
        ("push", {"paths_ignore": ("docs/**",)}, Moment("push", "main", path="src/a.py"), True),
        ("pull_request", {}, PR, True),
        ("pull_request", {"types": ("closed",)}, PR, False),
        ("pull_request", {"types": ("closed",)}, Moment("pull_request", "main", type="closed"), True),
        ("pull_request", {}, Moment("pull_request", "main", type="closed"), False),
        ("pull_request", {"branches": ("dev",)}, PR, False),
        ("release", {"types": ("published",)}, Moment("release", type="published"), True),
        ("workflow_dispatch", {}, Moment("workflow_dispatch"), True),
    ],
)
def test_a_trigger_starts_the_workflow_at_a_moment(event, filters, moment, answer):
    assert starts(Trigger(event, Place("ci.yml"), **filters), moment) is answer
