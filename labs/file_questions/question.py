"""A question whose answer is the text of a file, judged by the checks of labs that read files."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Self

from labs.file_questions import judging
from labs.file_questions.tasks import wake
from labs.grader.one_file import read_file_checks
from labs.grader.report import Outcome, Report
from labs.grader.spec import SpecError
from labs.grading.apart import ApartError
from labs.reports.verdict import groups
from lessons.quizzes.blocks import Block
from lessons.quizzes.fences import Fence, read_fences, write_fence
from lessons.quizzes.lines import Syntax
from lessons.quizzes.problems import CannotJudgeError, ReportProblem
from lessons.quizzes.question import (
    FIELD,
    AnswerField,
    FormData,
    MarkedBy,
    PublicQuestion,
    Question,
    QuestionLayout,
    common,
    last,
)
from lessons.quizzes.text import clean_lines

MAX_CHARACTERS = 20_000
PATH = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,9}")
PARTS = ("file", "checks", "solution")


@dataclass(frozen=True, kw_only=True)
class FileQuestion(Question[str]):
    """A response is the text as typed. A worker marks it: `checks` is YAML as below `checks:` in lab.yaml.

    `start` is the text that learners begin with. `solution` must pass all checks. `lines` are the lines of the three
    parts in the source.
    """

    kind: ClassVar[str] = "file"
    template: ClassVar[str] = "labs/questions/file.html"
    report_template: ClassVar[str] = "labs/questions/report.html"
    hint: ClassVar[str] = "Write the whole file. Checks look at its meaning, not at its exact words."
    example: ClassVar[str] = """\
## Write a workflow that runs the tests on each push. {#tests-on-push points=3}
```file .github/workflows/tests.yml
name: Tests
```
```checks
- id: push
  says: the workflow starts on a push
  workflow: {path: .github/workflows/tests.yml, starts_on: [{event: push, branch: main}]}
  points: 1
- id: tests
  says: it checks out the code, then runs the tests
  workflow: {path: .github/workflows/tests.yml, order: [checkout, test]}
  points: 2
```
```solution
name: Tests
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python -m pytest
```
> The first part is the file that learners start from. Its checks are those of labs that read files.
"""
    answers_are_markdown: ClassVar[bool] = False
    answers_are_long: ClassVar[bool] = True
    marked_by: ClassVar[MarkedBy] = MarkedBy.WORKER
    path: str
    start: str
    checks: str
    solution: str
    lines: dict[str, int] = field(compare=False)

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.PART and block.answers[0].content.split()[0] == "file"

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        parts = _parts(block, report)
        path = parts["file"].rest
        if not PATH.fullmatch(path) or len(path) > 200:
            report(parts["file"].line, "Name the file after ```file, such as .github/workflows/tests.yml.")
        elif parts["checks"].text:
            _check(path, parts["checks"], report)
        for part in (parts["file"], parts["solution"]):
            if len(part.text) > MAX_CHARACTERS:
                report(
                    part.line,
                    f"This text has {len(part.text):,} characters. The limit is {MAX_CHARACTERS:,}.",
                )
        return cls(
            **common(block),
            path=path,
            start=parts["file"].text,
            checks=parts["checks"].text,
            solution=parts["solution"].text,
            lines={word: part.line for word, part in parts.items()},
        )

    def prove(self, report: ReportProblem) -> None:
        """Report if the solution does not pass, or the text that learners start from passes already."""
        try:
            solution, start = judging.judge(self.path, self.checks, (self.solution, self.start))
        except ApartError as error:
            report(self.lines["checks"], f"The checks could not be tried. {error}")
            return
        if fault := judging.fault_in(solution) or judging.fault_in(start):
            report(self.lines["checks"], f"The checks could not be tried: {fault}")
            return
        for result in solution.results:
            if result.outcome is not Outcome.PASSED:
                line = next((item.line for item in result.evidence if item.line), None) or 0
                why = result.why or result.reason
                report(
                    self.lines["solution"] + line, f"The solution does not pass the check {result.id}. {why}"
                )
        if start.points == start.max_points:
            report(
                self.lines["file"],
                "The text that learners start from passes all checks. Take something out of it, or add a check.",
            )
            return
        for check, result in zip(read_file_checks(self.path, self.checks).checks, start.results, strict=True):
            if result.outcome is Outcome.PASSED and check.points:
                message = (
                    f"The text that learners start from passes the check {check.id}, so everyone gets its points."
                    " Change the text or the check."
                )
                report(self.lines["checks"] + check.line, message, warns=True)

    def answer_lines(self) -> list[str]:
        return [
            *write_fence(f"file {self.path}", self.start),
            *write_fence("checks", self.checks),
            *write_fence("solution", self.solution),
        ]

    def entries(self, view: PublicQuestion, fields: FormData) -> list[AnswerField]:
        text = last(fields, FIELD) if FIELD in fields else self.start
        return [AnswerField(FIELD, text, f"Content of `{self.path}`")]

    def read_response(self, layout: QuestionLayout, data: FormData) -> str | None:
        # The text that everybody starts from is no answer.
        text = clean_lines(last(data, FIELD))
        return text if text.strip() and text.rstrip() != self.start.rstrip() else None

    def form_fields(self, layout: QuestionLayout, response: str) -> dict[str, list[str]]:
        return {FIELD: [response]}

    def refusal(self, response: str) -> str:
        if len(response) <= MAX_CHARACTERS:
            return ""
        return f"Your file has {len(response):,} characters. The limit is {MAX_CHARACTERS:,}. Shorten it."

    def right_answer(self) -> list[str]:
        return [self.solution]

    def given_answer(self, response: str) -> list[str]:
        return [response]

    @classmethod
    def wake_worker(cls) -> None:
        wake()

    # Any: a report as JSON
    def judge(self, *responses: str) -> list[tuple[Decimal, dict[str, Any]]]:
        try:
            reports = judging.judge(self.path, self.checks, responses)
        except ApartError as error:
            raise CannotJudgeError(str(error)) from error
        for fault in filter(None, map(judging.fault_in, reports)):
            raise CannotJudgeError(fault)
        return [(self.points * report.points / report.max_points, report.to_json()) for report in reports]

    # Any: a report as JSON, its course, and the context of a template
    def review_report(self, report: dict[str, Any], *, course: Any, released: bool) -> dict[str, Any]:
        """Return the checks in groups; before release, the page shows only which of them passed."""
        read = Report.from_json(report)
        found = groups(read, course)
        return {
            "released": released,
            "groups": found,
            "checks": [check for group in found for check in group.checks],
            "key": self.key,
        }


def _parts(block: Block, report: ReportProblem) -> dict[str, Fence]:
    found: dict[str, Fence] = {}
    for fence in read_fences(block.answers):
        if fence.word not in PARTS:
            report(fence.line, f"A question whose answer is a file has no part {fence.word}. Delete it.")
        elif fence.word in found:
            report(fence.line, f"This question has two parts {fence.word}. Delete one.")
        else:
            found[fence.word] = fence
    for word in PARTS[1:]:
        if word not in found or not found[word].text.strip():
            what = "the checks, as in lab.yaml" if word == "checks" else "a file that passes all checks"
            line = found[word].line if word in found else block.line
            report(line, f"This question needs ```{word} with {what}, then ```.")
    return {word: found.get(word, Fence(word, "", "", block.line)) for word in PARTS}


def _check(path: str, part: Fence, report: ReportProblem) -> None:
    try:
        read_file_checks(path, part.text)
    except SpecError as error:
        for problem in error.problems:
            key = f"{problem.key}: " if problem.key else ""
            # A later engine may refuse what an earlier one took; the quiz can still be shown.
            report(part.line + problem.line, f"{key}{problem.message}", only_new=True)
