"""The text of one file, judged without a repository: verdicts, and fixes that a learner can type into a page."""

from pathlib import Path

import pytest

from labs.grader.one_file import FILE_KINDS, read_file_checks
from labs.grader.report import Outcome
from labs.grader.spec import SpecError
from tests.grader.fixing import follow, home

WORKFLOW = """name: CI
on: [push]
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: python -m pytest
"""
DOCKERFILE = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
USER 1000
EXPOSE 8000
CMD ["python", "app.py"]
"""
# path, check, a text that passes, and what to change in it so that it does not
CASES = {
    "starts": (".github/workflows/ci.yml", "workflow: {path: PATH, starts_on: [{event: push, branch: main}]}",
               WORKFLOW, ("[push]", "[pull_request]")),
    "order": (".github/workflows/ci.yml", "workflow: {path: PATH, order: [checkout, install, test]}",
              WORKFLOW, ("      - uses: actions/checkout@v4\n", "")),
    "time limit": (".github/workflows/ci.yml", "workflow: {path: PATH, timeout_minutes: 30}",
                   WORKFLOW, ("    timeout-minutes: 10\n", "")),
    "not root": ("Dockerfile", "dockerfile: {not_root: true}", DOCKERFILE, ("USER 1000\n", "")),
    "pinned": ("Dockerfile", "dockerfile: {base_pinned: tag}", DOCKERFILE, (":3.12-slim", "")),
    "port": ("docker/Dockerfile", "dockerfile: {path: PATH, exposes: 8000}", DOCKERFILE, ("8000", "80")),
    "value": ("params.yaml", "data: {path: PATH, value: train.seed, equals: 42}",
              "train:\n  seed: 42\n", ("42", "1")),
    "new value": ("pyproject.toml", "data: {path: PATH, value: tool.x.y, equals: ok}",
                  '[tool.x]\ny = "ok"\n', ('y = "ok"\n', "")),
    "contains": ("notes.py", "file: {path: PATH, contains: import json}", "import json\n", ("import json", "")),
    "lines": ("a.txt", "file: {path: PATH, lines: [one, two]}", "one\ntwo\n", ("two", "three")),
    "equals": ("a.txt", 'file: {path: PATH, equals: "one\\ntwo\\n"}', "one\ntwo\n", ("two", "three")),
    "lacks": ("a.py", "file: {path: PATH, lacks: 'print\\('}", "x = 1\n", ("x = 1", "x = 1\nprint(x)")),
    "columns": ("a.csv", "csv: {path: PATH, columns: [id, text]}", "id,text\n1,a\n", ("id,text", "id,words")),
}  # fmt: skip


def checks_of(case):
    path, check, _, _ = CASES[case]
    text = f"- id: it\n  says: it holds\n  points: 1\n  {check.replace('PATH', path)}\n"
    return read_file_checks(path, text)


@pytest.mark.parametrize("case", CASES)
def test_a_learner_who_types_what_the_fix_says_passes(case, tmp_path):
    path, _, good, (old, new) = CASES[case]
    checks, text = checks_of(case), good.replace(old, new, 1)
    assert checks.judge(good).report.points == 1
    file = tmp_path / "work" / path
    file.parent.mkdir(parents=True)
    environment = home(tmp_path / "home")
    for _ in range(4):
        [result] = checks.judge(text).report.results
        if result.outcome is Outcome.PASSED:
            break
        assert result.outcome is Outcome.NEEDS_WORK
        for words in ("git ", "on `main`", "commit"):
            assert words not in result.fix + result.why + result.found, result
        file.write_text(text)
        follow(result.fix, tmp_path / "work", environment)
        text = file.read_text()
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.parametrize("case", CASES)
def test_the_place_of_a_finding_is_a_line_of_the_text(case):
    path, _, good, (old, new) = CASES[case]
    [result] = checks_of(case).judge(good.replace(old, new, 1)).report.results
    for item in result.evidence:
        assert (item.ref, item.commit, item.path) == (None, None, path)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("commits: {at_least: 3}", "commits: the kind `commits` needs a repository"),
        ("no_secrets: {}", "needs a repository"),
        ("file: {path: b.yml, exists: true}", "file.path: the only file is `a.yml`"),
        ("file: {path: a.yml, exists: yes, contains: x}", "file"),
        ("workflw: {path: a.yml}", "Did you mean `workflow`?"),
        ("tests: {code: 'def test_a(learner): pass', at: v1}", "delete `at`"),
        ("run: {command: [ls], since: main}", "delete `since`"),
        ("answer: {path: a.yml, equals: {id_of: main}}", "list the right answers in `one_of`"),
        ("build: {imports: a}", "needs a repository"),
        ("run: {command: [ls], seconds: 85}", "the limit is 90"),
    ],
)
def test_checks_that_cannot_judge_a_text_are_refused_with_their_line(check, words):
    with pytest.raises(SpecError) as caught:
        read_file_checks("a.yml", f"\n- id: it\n  says: it holds\n  points: 1\n  {check}\n")
    assert words in str(caught.value)
    assert all(2 <= problem.line <= 5 for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["", "\n", "x", "checks: []", "- x", "- id: a", "a: &a [*a]", "[" * 500])
def test_texts_that_are_not_checks_are_refused(text):
    with pytest.raises(SpecError):
        read_file_checks("a.yml", text)


def test_the_checks_of_a_whole_lab_are_read_as_well():
    text = "checks:\n- id: it\n  says: it holds\n  points: 1\n  file: {path: a.txt, contains: x}\n"
    assert read_file_checks("a.txt", text).judge("x").report.points == 1


def test_each_kind_for_files_is_documented():
    docs = Path("docs/lessons.md").read_text()
    for kind in FILE_KINDS:
        assert f"`{kind}`" in docs
