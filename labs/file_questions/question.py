"""A question whose answer is the text of a file, judged by the checks of labs that read or run it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Self

from labs.file_questions import judging
from labs.file_questions.parts import GIVEN, MAX_CHARACTERS, read_parts, texts_of
from labs.file_questions.tasks import wake
from labs.grader.one_file import FileChecks, Given, Judged, read_file_checks
from labs.grader.report import Outcome, Report
from labs.grader.spec import SpecError
from labs.grading.apart import ApartError
from labs.reports.verdict import groups
from lessons.quizzes.blocks import Block
from lessons.quizzes.fences import write_fence
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

MAX_TOGETHER = 10  # answers in one process: most of the time of one answer is that of its process


@dataclass(frozen=True, kw_only=True)
class FileQuestion(Question[str]):
    """A response is the text as typed. A worker marks it: `checks` is YAML as below `checks:` in lab.yaml.

    `start` is the text that learners begin with. `given` are files beside it, with their texts. `solution` must pass
    all checks. `lines` are the lines of the parts in the source.
    """

    kind: ClassVar[str] = "file"
    template: ClassVar[str] = "labs/questions/file.html"
    report_template: ClassVar[str] = "labs/questions/report.html"
    report_style: ClassVar[str] = "css/labs.css"
    hint: ClassVar[str] = "Write the whole file. Checks judge its meaning, not its exact words."
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
> The first part is the file that learners start from. Its checks are those of labs that read or run files.
"""
    more_examples: ClassVar[dict[str, str]] = {
        "File whose code runs": """\
## Write `mean`, which returns the mean of the numbers in a list, and None for an empty list. {#mean points=2}
```file stats.py
def mean(numbers):
    ...
```
```checks
- id: mean
  says: mean works for every list
  tests:
    code: |
      def test_numbers(learner):
          "the mean of 1, 2 and 6 is 3.0"
          assert learner.call("stats:mean", [1, 2, 6]) == 3.0
      def test_empty(learner):
          "the mean of an empty list is None"
          assert learner.call("stats:mean", []) is None
  points: 1
```
```solution
def mean(numbers):
    return sum(numbers) / len(numbers) if numbers else None
```
> A worker runs the code in a sandbox. Learners see which test failed, and never the code of the tests.
"""
    }
    answers_are_markdown: ClassVar[bool] = False
    answers_are_long: ClassVar[bool] = True
    marked_by: ClassVar[MarkedBy] = MarkedBy.WORKER
    path: str
    start: str
    checks: str
    solution: str
    given: Given = ()
    lines: dict[str, int] = field(compare=False)

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.PART and block.answers[0].content.split()[0] == "file"

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        parts, given = read_parts(block, report)
        return cls(
            **common(block),
            path=parts["file"].rest,
            start=parts["file"].text,
            checks=parts["checks"].text,
            solution=parts["solution"].text,
            given=texts_of(given),
            lines={word: part.line for word, part in parts.items()},
        )

    @cached_property
    def file_checks(self) -> FileChecks:
        return read_file_checks(self.path, self.checks, self.given)

    @property
    def is_proved_by_worker(self) -> bool:
        # A later engine may refuse what an earlier one took.
        try:
            return self.file_checks.runs_code
        except SpecError:
            return False

    def prove(self, report: ReportProblem) -> None:
        """Report if the solution does not pass, or the text that learners start from passes already."""
        judged = self._judge_own_texts()
        if broken := next((each.fault for each in judged if each.is_of_author), ""):
            report(self.lines["checks"], broken)
            return
        solution, start = (each.report for each in judged)
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
        for check, result in zip(self.file_checks.checks, start.results, strict=True):
            if result.outcome is Outcome.PASSED and check.points:
                message = (
                    f"The text that learners start from passes the check {check.id}, so everyone gets its points."
                    " Change the text or the check."
                )
                report(self.lines["checks"] + check.line, message, warns=True)

    def _judge_own_texts(self) -> Sequence[Judged]:
        try:
            judged = judging.judge(self.file_checks, (self.solution, self.start))
        except ApartError as error:
            raise CannotJudgeError(str(error)) from error
        for fault in (each.fault for each in judged if each.fault and not each.is_of_author):
            raise CannotJudgeError(fault)
        return judged

    @property
    def given_files(self) -> Given:
        return self.given

    def answer_lines(self) -> list[str]:
        return [
            *write_fence(f"file {self.path}", self.start),
            *(line for path, text in self.given for line in write_fence(f"{GIVEN} {path}", text)),
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

    @property
    def judged_together(self) -> int:
        return 1 if self.is_proved_by_worker else MAX_TOGETHER

    # Any: a report as JSON
    def judge(self, *responses: str) -> list[tuple[Decimal, dict[str, Any]] | CannotJudgeError]:
        try:
            judged = judging.judge(self.file_checks, responses)
        except (ApartError, SpecError) as error:
            return [CannotJudgeError(str(error)) for _ in responses]
        missing = len(responses) - len(judged)
        return [
            *map(self._verdict, judged),
            *[CannotJudgeError("an answer before this one timed out")] * missing,
        ]

    # Any: a report as JSON
    def _verdict(self, judged: Judged) -> tuple[Decimal, dict[str, Any]] | CannotJudgeError:
        if judged.fault:
            return CannotJudgeError(judged.fault, is_final=judged.timed_out)
        report = judged.report
        return self.points * report.points / report.max_points, report.to_json()

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
