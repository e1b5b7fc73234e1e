"""A lab with every kind of check, most of which pass on the stock history; a new kind needs a row here."""

from tests.grader.conftest import lab

CHECKS: dict[str, tuple[str, ...]] = {
    "readable": ("{}",),
    "commits": ("{at_least: 3}", "{merges: true, at_least: 1}", "{since: 'main^{root}', at_most: 50}"),
    "commit": (
        "{on: main, subject: Fix the sum, touches: [sum.py]}",
        "{at: main, parents: 2}",
        "{at: main~1, author: learner@example.org, matches: the library}",
        "{at: main, signed: true}",
    ),
    "history": ("{subjects: [Start, Add notes], in_order: true}", "{matches: ['(a+)+$'], line: all}"),
    "each_commit": (
        "{files_at_most: 30}",
        "{since: 'main^{root}', one_of: [[docs, guide.md], [src]]}",
        "{matches: '^[A-Z]', subject_at_most: 72, forbids: [wip], blank_second_line: true}",
        "{empty: false, message_matches: e}",
    ),
    "authors": ("{}", "{people_at_least: 2}", "{at_least: 3, by: committer}"),
    "branch": ("{name: main}", "{name: gone, exists: false}", "{name: side, at: 'main^{/Fix}'}"),
    "branches": ("{exactly: [main, side, other, topic, lib]}",),
    "start": ("{name: side, at: main~5}", "{name: topic, at: v1}"),
    "ahead_behind": ("{name: topic, ahead: 1, behind: 0}",),
    "merged": (
        "{name: other, by: merge-commit}",
        "{name: side, by: squash}",
        "{name: topic, by: none}",
        "{name: [lib, other], by: merge-commit, in_order: true}",
        "{name: [topic, side]}",
    ),
    "rebased": ("{name: topic, subjects: [Top]}", "{name: main, onto: 'side~1', from: side}"),
    "cherry_picked": ("{commits: [side]}",),
    "reverted": ("{commits: [main~3]}",),
    "amended": ("{on: topic, subject: Pot, parent: main}",),
    "gone": ("{subject: Secret, everywhere: true}", "{matches: '^Fix'}", "{at: side}"),
    "tag": (
        "{name: v1, annotated: true, on: main, matches: Release}",
        "{name: light, at: main~4}",
        "{name: v1, at: main}",
    ),
    "tags": ("{at_least: 1, annotated: true}", "{matches: 'v\\d', on: main, at_least: 1}", "{at_most: 9}"),
    "file": (
        "{path: a.txt, exists: true}",
        "{path: a.txt, contains: second}",
        "{path: a.txt, matches: '^second'}",
        "{path: a.txt, lacks: TODO}",
        "{path: a.txt, equals: 'answer: 42'}",
        "{path: a.txt, lines: ['answer: 42', second line]}",
        "{path: docs/guide.md, at: v1, executable: false}",
        "{path: sum.py, at: side, contains: '2'}",
        "{path: secrets.env, exists: false}",
    ),
    "renamed": ("{path: docs/guide.md, from: guide.md}",),
    "data": tuple(
        f"{{path: data.{form}, value: train.seed, equals: 42}}" for form in ["yaml", "json", "toml", "ini"]
    ),
    "ignored": ("{path: big/run.log}", "{path: a.txt, ignored: false}"),
    "attributes": ("{path: model.bin, has: {filter: lfs, text: false}}",),
    "line_endings": ("{path: 'docs/**', are: lf}", "{path: '*', are: lf}"),
    "lfs": ("{path: '*.bin'}",),
    "purged": ("{path: secrets.env}", "{path: '*.md'}"),
    "answer": (
        *(
            f"{{path: a.txt, key: answer, equals: {{{name}: {of}}}}}"
            for name in (
                *(
                    "id_of",
                    "subject_of",
                    "author_of",
                    "date_of",
                    "files_of",
                    "count_of",
                    "tags_on",
                    "describe_of",
                ),
            )
            for of in ("main", "v1~1")
        ),
        "{path: a.txt, key: answer, equals: {branches: {}}}",
        "{path: a.txt, line: 1, equals: {tags: {}}}",
        *(
            f"{{path: a.txt, equals: {{{name}: {{from: side, at: main}}}}}}"
            for name in ("count_between", "files_between", "merge_base_of")
        ),
        "{path: a.txt, key: answer, equals: {sum_in: {path: a.txt}}}",
        "{path: a.txt, key: answer, equals: {object_of: {path: src, at: v1}}}",
        "{path: a.txt, key: answer, equals: {ignore_rule_of: {path: run.log}}}",
        "{path: a.txt, key: answer, equals: {value_in: {path: data.yaml, value: train.seed}}}",
        "{path: a.txt, key: answer, equals: {value_in: {path: a.txt, line: 2}}}",
        "{path: a.txt, key: answer, equals: {lines_only_in: {path: README.md, from: lib}}}",
        "{path: a.txt, key: answer, equals: {first_match: {path: notes.txt, matches: note}}}",
        "{path: a.txt, key: answer, one_of: ['42']}",
    ),
    "csv": ("{path: table.csv, columns: [id, text], exactly: true, rows_at_least: 1}",),
    "notebook": ("{path: train.ipynb}", "{path: '*.ipynb', outputs: any, executed: true}"),
    "object": (
        "{blob: '# Shop'}",
        "{tree: {lib.txt: file}}",
        "{commit: {parents: 2, ancestors: 3, matches: other}}",
        "{commit: {rhombus: true}}",
        "{tag: {marks: commit, matches: Release}}",
    ),
    "submodule": ("{path: vendor/lib, matches: example}",),
    "subtree": ("{path: vendor/sub, from: lib}",),
    "no_conflict_markers": ("{}", "{at: v1}"),
    "no_large_files": ("{}", "{over: 1 MB, at: main}"),
    "no_secrets": ("{}",),
    "run": (
        "{command: [python, a.py], matches: ran}",
        "{command: [make], since: 'main~2', writes: dist, seconds: 5}",
    ),
    "tests": ("{code: 'def test_one(learner): pass'}",),
    "own_tests": (
        "{path: tests, catches_at_least: 1, reference: {calc.py: a}, variants: [{name: b, files: {calc.py: b}}]}",
    ),
    "build": ("{imports: shop}",),
    "workflow": (
        "{path: .github/workflows/ci.yml}",
        "{path: .github/workflows/ci.yml, starts_on: [{event: push, branch: main}]}",
        "{path: .github/workflows/ci.yml, order: [checkout, build, test]}",
        "{path: .github/workflows/ci.yml, permissions: {contents: read}}",
        "{path: .github/workflows/ci.yml, pinned: tag}",
        "{path: .github/workflows/ci.yml, no_secret_echoed: true}",
        "{path: .github/workflows/ci.yml, no_injection: true}",
        "{path: .github/workflows/ci.yml, timeout_minutes: 30}",
        "{path: .github/workflows/ci.yml, artifacts: {name: dist}}",
        "{path: .github/workflows/ci.yml, delivery: continuous-delivery}",
    ),
    "dockerfile": (
        "{}",
        "{base_pinned: tag}",
        "{not_root: true}",
        "{no_secrets: true}",
        "{dependencies_first: true}",
        "{dockerignore: true}",
        "{cmd: exec-form}",
    ),
    "ci_run": ("{workflow: ci.yml}", "{workflow: CI, event: push, at: main~1}"),
    "pull_request": (
        "{name: topic, reviewed: true, by: any, linked: true}",
        "{name: side, by: squash, described: true, answered: true, merged_by_other: true}",
    ),
    "python_package": ("{}", "{tests_found: true}", "{versions_pinned: exact}"),
}
ASKED = [f"{kind}: {parameters}" for kind, rows in CHECKS.items() for parameters in rows]
LAB = lab(*ASKED)
